/* Ctl: footfallctl, the operator's tool. A row of command_table is a subcommand. Those of this
 * room talk to a running daemon over its stats listener; those of offline.h read a store. */
#ifndef FOOTFALL_CTL_H
#define FOOTFALL_CTL_H

/* Exit statuses of all programs of the house. */
enum ctl_exit { CTL_DONE = 0, CTL_FAILED = 1, CTL_USAGE = 2 };

/* What every subcommand is told. */
struct ctl {
    const char *stats; /* ADDR:PORT of the daemon's stats listener; borrowed */
};

/* The subcommands: argv[0] is the subcommand's name, argv[1..argc) what follows; the order of argv
 * may change. Give the exit status, having said on standard error why it is not CTL_DONE. */
int import_run(const struct ctl *ctl, int argc, char **argv);
int stats_run(const struct ctl *ctl, int argc, char **argv);

#endif
