/* Own files: a thread leaves the process's table of descriptors for one of its own. While threads share one, each
 * system call on a descriptor has to count itself as a user of the file, twice; who is left alone with his table does
 * not pay that. What the thread is to work on is sent to it. */
#ifndef FOOTFALL_OWN_FILES_H
#define FOOTFALL_OWN_FILES_H

#include <stdbool.h>
#include <stddef.h>

#define OWN_FILES_MAX 2 /* descriptors that are sent at a time */

struct own_files {
    int to, from; /* ends of a socket, or -1 */
};

/* 0 or a negative errno, and then nothing is to be ended. */
int own_files_init(struct own_files *o);
void own_files_fini(struct own_files *o);

/* Called by the thread, once: of the process's descriptors its table keeps the first three, kept, and the end that it
 * receives from. False where the system refuses: then it shares the table as before. */
bool own_files_leave(const struct own_files *o, int kept);

/* Sends n descriptors (at most OWN_FILES_MAX) to the thread, which has them besides. 0, or a negative errno and none is sent. */
int own_files_send(const struct own_files *o, const int *fds, size_t n);

/* Called by the thread that has left: takes n descriptors that were sent at once, under the numbers that they have
 * for the sender. They are its own to close. 0, or a negative errno and it has none of them. */
int own_files_receive(const struct own_files *o, const int *fds, size_t n);

/* Called by the thread that has left: closes them. */
void own_files_close(const int *fds, size_t n);

#endif
