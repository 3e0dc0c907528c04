/* Offline: footfallctl's work on a store itself, beside the daemon that owns it or without one. It reads
 * the configuration for the store's place and its sites, and takes no lock and changes nothing, but for
 * copy-store, which is the owner of what it writes to. */
#ifndef FOOTFALL_OFFLINE_H
#define FOOTFALL_OFFLINE_H

#include "config.h"
#include "ctl.h"
#include "journal.h"
#include "shard.h"

struct offline {
    const char *command; /* its name, for messages; borrowed */
    struct ff_config *config;
    struct journal *journal;
    struct shard shard;  /* its sites and seed; no state yet */
};

/* Opens the store of the configuration in file (NULL: the defaults), or the embedded one in directory instead
 * (NULL: as configured), beside its owner. Gives CTL_DONE, or what it came to after having said why; to be ended
 * with offline_close in each case. */
enum ctl_exit offline_open(struct offline *o, const char *command, const char *file, const char *directory);
void offline_close(struct offline *o);

/* The steps of it: reads the configuration, no store is open yet; opens the store anew, beside its owner or as its
 * owner, without a state; takes its seed. All give what offline_open does. */
enum ctl_exit offline_load(struct offline *o, const char *command, const char *file, const char *directory);
enum ctl_exit offline_attach(struct offline *o, bool beside);
enum ctl_exit offline_seed(struct offline *o);

/* Prints a line with the digest of the shard's state as it is; name is whose. */
void offline_print_digest(const char *name, const struct shard *s, struct hash128 digest);

/* Says why on standard error; gives what. */
enum ctl_exit offline_fail(const struct offline *o, enum ctl_exit what, const char *why);

/* Reads an instant: RFC 3339 or Unix seconds. False: it is none. */
bool offline_instant(const char *text, ff_wall *out);

/* The subcommands (ctl.h). */
int check_run(const struct ctl *ctl, int argc, char **argv);
int export_run(const struct ctl *ctl, int argc, char **argv);
int copy_store_run(const struct ctl *ctl, int argc, char **argv);

#endif
