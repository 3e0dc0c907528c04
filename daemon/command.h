/* Command: footfalld's command line. */
#ifndef FOOTFALL_COMMAND_H
#define FOOTFALL_COMMAND_H

struct ff_io;

/* Reads the options and the configuration and does what they ask for: serves, writes a checkpoint, or
 * prints. io: file operations of the store, NULL for the system's. Gives the process' exit status; may
 * exit by itself where an option asks for no more than something to print. */
int command_run(int argc, char **argv, const struct ff_io *io);

#endif
