/* Load: a configuration in the making. */
#ifndef FOOTFALL_LOAD_H
#define FOOTFALL_LOAD_H

#include "config.h"
#include "keys.h"
#include "tree.h"

/* Where a value came from: a line of the file (from 1), or one of these. */
enum { LOAD_PRESET = 0, LOAD_OVERRIDE = -1 };

struct load {
    struct ff_config *config;
    struct shelf *shelf, *site_shelf; /* the config's */
    const char *file;    /* NULL: none */
    int *lines;          /* where each key of config_keys came from, by its place there */
    char *why;
    size_t size;
};

/* Says what is wrong with a key that came from line, in the form that config_load promises; always
 * false, so that callers can return it. */
bool load_fails(struct load *l, int line, const char *key, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The same for a key that no row of list has; suggests the nearest. What stands before the rows'
 * names in messages ("sites[].") is the prefix. */
bool load_fails_unknown(struct load *l, int line, const char *prefix, const char *key,
                        const struct key_list *list);

/* Puts the value of a node into the key's member of the struct at base; messages name it as
 * called. */
bool load_node(struct load *l, const struct key *k, const char *called,
               const struct tree_node *node, void *base);

/* Puts the presets of all keys of list that have one into the struct at base. */
bool load_presets(struct load *l, const struct key_list *list, void *base);

/* Refuses a map in which a key is there twice; prefix ("session.") goes before it in messages. */
bool load_no_repeats(struct load *l, const struct tree_node *map, const char *prefix);

/* Reads the list of sites; a NULL node, or one that is nothing, gives the one site "default". */
bool sites_load(struct load *l, const struct tree_node *node);

/* Reads the keys of a site; *out is theirs. */
bool bearers_load(struct load *l, const struct tree_node *list, const struct ff_key **out);

/* Whether two lists of sites have the same ids in the same order. */
bool sites_same(const struct ff_config *a, const struct ff_config *b);

/* Whether all sites of two lists that are the same have equal values of a key. */
bool sites_agree(const struct ff_config *a, const struct ff_config *b, const struct key *k);

/* Checks what no row alone can say. */
bool check_all(struct load *l);

#define LOAD_NAME 128 /* bytes that hold a key as messages show it */

/* Joins prefix and a key, which may be anything, to out: cut to fit, and with nothing in it that
 * would break a line. */
void load_name(char out[LOAD_NAME], const char *prefix, struct ff_span key);

#endif
