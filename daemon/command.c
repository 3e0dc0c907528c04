#include "command.h"

#include "config.h"
#include "house.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_OVERRIDES 256

struct command {
    const char *file;
    const char *overrides[MAX_OVERRIDES];
    size_t override_count;
    bool check_only;
    uint64_t sealed;     /* up to this record those are erased that are of whom the state is to forget; 0: none */
    uint64_t missing;    /* records that who wants the checkpoint has not, either */
    uint64_t checkpoint; /* the record that a checkpoint is wanted after; 0: none is */
};

static void print_help(void)
{
    fputs("usage: footfalld [-c FILE] [-o KEY=VALUE]... [--check-config] [--version] [--help]\n\n"
          "  -c, --config FILE      read the configuration from FILE\n"
          "  -o, --option KEY=VALUE override one key of the configuration; may be repeated\n"
          "      --check-config     check the configuration and exit\n"
          "      --print-sample     print a configuration file with every key and its default\n"
          "      --checkpoint RECORD    write the checkpoint after RECORD (the daemon starts itself so)\n"
          "      --erase RECORD     and take out of the journal up to RECORD whoever is to be forgotten\n"
          "      --missing RECORDS  although the store has lost so many (which the daemon has not, either)\n"
          "      --version          print the version and exit\n"
          "  -h, --help             print this and exit\n\n"
          "signals: TERM and INT stop, HUP reads the configuration again, USR1 writes a checkpoint\n"
          "exit status: 0 done, 1 failed at run time, 2 usage or configuration error\n\n"
          "keys of the configuration:\n",
          stdout);
    config_print_help(stdout);
}

static void print_version(void)
{
    puts("footfalld " FF_VERSION);
}

static void print_sample(void)
{
    config_print_sample(stdout);
}

enum { OPTION_CHECK = 256, OPTION_CHECKPOINT, OPTION_ERASE, OPTION_MISSING, OPTION_VERSION, OPTION_SAMPLE };

static const struct option option_table[] = {
    {"config", required_argument, NULL, 'c'},
    {"option", required_argument, NULL, 'o'},
    {"check-config", no_argument, NULL, OPTION_CHECK},
    {"checkpoint", required_argument, NULL, OPTION_CHECKPOINT},
    {"erase", required_argument, NULL, OPTION_ERASE},
    {"missing", required_argument, NULL, OPTION_MISSING},
    {"print-sample", no_argument, NULL, OPTION_SAMPLE},
    {"version", no_argument, NULL, OPTION_VERSION},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

/* Prints and ends, where an option asks for that. */
static void print_and_exit(void (*print)(void))
{
    print();
    exit(fflush(stdout) == 0 ? HOUSE_DONE : HOUSE_FAILED);
}

static bool command_take_record(const char *option, uint64_t *record)
{
    char *end;
    errno = 0;
    *record = strtoull(optarg, &end, 10);
    if (!errno && *optarg >= '1' && *optarg <= '9' && !*end)
        return true;
    fprintf(stderr, "footfalld: %s: expected the number of a record, got \"%s\"\n", option, optarg);
    return false;
}

static bool command_take(struct command *c, int option)
{
    switch (option) {
    case 'c':
        c->file = optarg;
        return true;
    case 'o':
        if (c->override_count == MAX_OVERRIDES) {
            fprintf(stderr, "footfalld: more than %d -o options\n", MAX_OVERRIDES);
            return false;
        }
        c->overrides[c->override_count++] = optarg;
        return true;
    case OPTION_CHECK:
        c->check_only = true;
        return true;
    case OPTION_CHECKPOINT:
        return command_take_record("--checkpoint", &c->checkpoint);
    case OPTION_ERASE:
        return command_take_record("--erase", &c->sealed);
    case OPTION_MISSING:
        return command_take_record("--missing", &c->missing);
    case OPTION_SAMPLE:
        print_and_exit(print_sample);
        return true;
    case OPTION_VERSION:
        print_and_exit(print_version);
        return true;
    case 'h':
        print_and_exit(print_help);
        return true;
    default:
        return false;
    }
}

static bool command_parse(struct command *c, int argc, char **argv)
{
    int option;
    while ((option = getopt_long(argc, argv, "c:o:h", option_table, NULL)) != -1)
        if (!command_take(c, option))
            return false;
    if (optind < argc) {
        fprintf(stderr, "footfalld: unexpected argument \"%s\"\n", argv[optind]);
        return false;
    }
    return true;
}

int command_run(int argc, char **argv, const struct ff_io *io)
{
    struct command command = {0};
    if (!command_parse(&command, argc, argv)) {
        fputs("try footfalld --help\n", stderr);
        return HOUSE_MISCONFIGURED;
    }
    char why[CONFIG_WHY];
    struct ff_config *config =
        config_load(command.file, command.overrides, command.override_count, why, sizeof why);
    if (!config) {
        fprintf(stderr, "%s\n", why);
        return HOUSE_MISCONFIGURED;
    }
    if (command.check_only) {
        bool sound = house_check(config, why, sizeof why);
        if (!sound)
            fprintf(stderr, "%s\n", why);
        config_free(&config);
        return sound ? HOUSE_DONE : HOUSE_MISCONFIGURED;
    }
    if (command.checkpoint)
        return house_write_checkpoint(config, io, command.checkpoint, command.sealed, command.missing);
    struct house_source source = {command.file, command.overrides, command.override_count, io};
    return house_run(config, &source);
}
