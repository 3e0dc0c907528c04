/* What is left of the files of a faulty I/O when the power goes. */
#include "faulty_io.h"

#include <assert.h>
#include <fcntl.h>
#include <stdlib.h>

void faulty_forget(struct faulty_file *file)
{
    free(file->bytes);
    file->bytes = NULL;
}

/* The file keeps its first kept bytes, and of the rest a part, maybe scrambled. */
static void file_cut(const struct faulty_file *file, unsigned *seed)
{
    int fd = io_system.open(&io_system, file->path, O_RDWR, 0);
    if (fd < 0)
        return;
    uint64_t size = (uint64_t)io_system.size(&io_system, fd);
    uint64_t left = file->kept + (size > file->kept ? (unsigned)rand_r(seed) % (size - file->kept + 1) : 0);
    io_system.truncate(&io_system, fd, left);
    bool scramble = rand_r(seed) % 2;
    for (uint64_t at = file->kept; scramble && at < left; at += 1 + (unsigned)rand_r(seed) % 64) {
        unsigned char byte = (unsigned char)rand_r(seed);
        io_system.write(&io_system, fd, &byte, 1, at);
    }
    io_system.close(&io_system, fd);
}

/* The removal of the file was not durable; false when there is another of its name. */
static bool file_back(const struct faulty_file *file)
{
    int fd = io_system.open(&io_system, file->path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (fd < 0)
        return false;
    int r = io_write_all(&io_system, fd, file->bytes, file->size, 0);
    assert(r == 0);
    io_system.close(&io_system, fd);
    return r == 0;
}

static void file_power_cut(const struct faulty_file *file, unsigned *seed)
{
    const bool luck = rand_r(seed) % 2;
    if (file->gone && (!file->bytes || luck || !file_back(file)))
        return;
    if (file->name_unsure && luck)
        io_system.unlink(&io_system, file->path);
    else
        file_cut(file, seed);
}

void faulty_power_cut(struct faulty_io *f, unsigned seed)
{
    for (unsigned i = 0; i < f->files; i++) {
        file_power_cut(&f->file[i], &seed);
        faulty_forget(&f->file[i]);
    }
    f->files = 0;
}
