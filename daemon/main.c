#include "command.h"

#include <stddef.h>

int main(int argc, char **argv)
{
    return command_run(argc, argv, NULL);
}
