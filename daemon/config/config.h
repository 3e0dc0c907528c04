/* Config: what the operator has chosen. One table of keys (keys.c) says what there is; the file,
 * -o, --help, the sample file and the reload all read its rows. */
#ifndef FOOTFALL_CONFIG_H
#define FOOTFALL_CONFIG_H

#include "settings.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define CONFIG_WHY 512 /* bytes that hold any sentence that config_load gives */

/* Reads file (NULL: none, all defaults), then the n overrides, each "KEY=VALUE", and checks the
 * whole. Owned by the caller until config_free. On failure NULL, and why (size bytes) is one line
 * that says what was expected: "FILE:LINE: KEY: expected ..., got ..." or "-o KEY: ...". */
struct ff_config *config_load(const char *file, const char *const *overrides, size_t n, char *why,
                              size_t size);

/* Frees *c and nulls it; a NULL *c is fine. */
void config_free(struct ff_config **c);

/* What holds for a site of c. */
enum ff_gpc config_gpc(const struct ff_config *c, uint16_t site);

/* Called with the name of a key that has changed. */
typedef void (*config_change_fn)(void *ctx, const char *key, bool reloadable);

/* Calls fn for every key that differs, in the order of the table, and then for the sites: "sites"
 * when they are others, in another order, or differ in what cannot change; of sites with the same
 * ids also "sites[].origins" and "sites[].keys". Gives how many do. */
size_t config_changes(const struct ff_config *before, const struct ff_config *after,
                      config_change_fn fn, void *ctx);

/* Takes over what may change in a running daemon; all else in live stays as it is, and so do its
 * texts, which others borrow. Only the origins and keys of sites are exchanged, and then go with
 * fresh: whoever wants them for longer copies them. Where fresh has not the same ids in the same
 * order, all about the sites stays. */
void config_apply(struct ff_config *live, struct ff_config *fresh);

/* Prints, for --help: every key with its default and what it means. */
void config_print_help(FILE *out);

/* Prints the sample file: YAML with every key, its meaning and its default. */
void config_print_sample(FILE *out);

/* Prints the values in force, as YAML that config_load reads back to an equal config; without secrets it
 * lacks the keys of sites, and reading it back needs none of the files that they came from. */
void config_dump(const struct ff_config *c, bool secrets, FILE *out);

#endif
