#include "ctl.h"
#include "offline.h"
#include "options.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STATS_DEFAULT "127.0.0.1:7071"

struct command {
    const char *name;
    const char *usage;
    const char *help; /* whole lines */
    int (*run)(const struct ctl *ctl, int argc, char **argv);
};

static const struct command command_table[] = {
    {
        "import",
        "import [--progress FILE] [--restart] [--retry-for SECONDS] FILE...",
        "  Takes history in: files with one event a line (NDJSON), \"-\" for standard input. "
        "Sorts\n"
        "  the events by time and sends them in batches. An event without an id gets one from its\n"
        "  file's name and its line, so that importing a file again counts nothing twice.\n"
        "    --progress FILE      where to note how far it got (FILE.footfall-import)\n"
        "    --restart            begin anew instead of going on after an interruption\n"
        "    --retry-for SECONDS  how long to try a daemon that is away or busy (60)\n",
        import_run,
    },
    {
        "stats",
        "stats [--site SITE] [--window 24h | --from TIME --to TIME] [--json]",
        "  Shows the metrics of a window as a table; with --json, the daemon's answer as it is.\n",
        stats_run,
    },
    {
        "check",
        "check [--config FILE] [--at TIME] [DIRECTORY]",
        "  Reads a store (that of the configuration, or in DIRECTORY), beside its daemon or without\n"
        "  one: every checksum, and whether its newest checkpoint is what its journal says. Prints\n"
        "  the digest of the state as of TIME or the last event. Exits with 1 when something is\n"
        "  wrong, having said what, and what would be lost.\n",
        check_run,
    },
    {
        "export",
        "export [--config FILE] [--from TIME] [--to TIME] [--site SITE] [DIRECTORY]",
        "  Writes the events of a store's journal to standard output, one a line, as import takes\n"
        "  them. Times are of the events: RFC 3339 or Unix seconds.\n",
        export_run,
    },
    {
        "copy-store",
        "copy-store FROM TO",
        "  Copies the store of the configuration file FROM into that of TO, which must be empty: to\n"
        "  Redis, from it, or elsewhere. No daemon may run on either. Prints the digests of both\n"
        "  states, and exits with 1 when they differ.\n",
        copy_store_run,
    },
};

#define COMMANDS (sizeof(command_table) / sizeof(command_table[0]))

static void print_help(FILE *out)
{
    fputs("usage: footfallctl [--stats ADDR:PORT] COMMAND ...\n\n"
          "  --stats ADDR:PORT  the daemon's stats listener (" STATS_DEFAULT
          ", or $FOOTFALL_STATS)\n"
          "  --help, --version\n",
          out);
    for (size_t i = 0; i < COMMANDS; i++)
        fprintf(out, "\nfootfallctl %s\n%s", command_table[i].usage, command_table[i].help);
}

static const struct command *command_named(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++) {
        if (strcmp(command_table[i].name, name) == 0)
            return &command_table[i];
    }
    return NULL;
}

static int usage_error(const char *why)
{
    fprintf(stderr, "footfallctl: %s; see footfallctl --help\n", why);
    return CTL_USAGE;
}

/* Whether --help stands among a subcommand's arguments. */
static bool asks_for_help(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--help") == 0)
            return true;
    }
    return false;
}

static int run_command(const struct ctl *ctl, int argc, char **argv)
{
    const struct command *command = command_named(argv[0]);
    if (!command) {
        char why[128];
        snprintf(why, sizeof(why), "no such command: %.64s", argv[0]);
        return usage_error(why);
    }
    if (asks_for_help(argc, argv)) {
        printf("usage: footfallctl %s\n%s", command->usage, command->help);
        return CTL_DONE;
    }
    return command->run(ctl, argc, argv);
}

int main(int argc, char **argv)
{
    const char *from_environment = getenv("FOOTFALL_STATS");
    struct ctl ctl = {
        .stats = from_environment && *from_environment ? from_environment : STATS_DEFAULT,
    };
    bool help = false, version = false;
    const struct option_row rows[] = {
        {"stats", &ctl.stats, NULL},
        {"help", NULL, &help},
        {"version", NULL, &version},
        {NULL, NULL, NULL},
    };
    char why[128];
    int words = options_read(rows, OPTIONS_BEFORE_WORDS, argc, argv, why, sizeof(why));
    if (words < 0)
        return usage_error(why);
    if (help) {
        print_help(stdout);
        return CTL_DONE;
    }
    if (version) {
        puts("footfallctl " FF_VERSION);
        return CTL_DONE;
    }
    if (words == 0)
        return usage_error("no command given");
    return run_command(&ctl, words, argv + 1);
}
