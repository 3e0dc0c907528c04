/* Keys: the table of what can be configured, and what reads and writes one value of it. */
#ifndef FOOTFALL_KEYS_H
#define FOOTFALL_KEYS_H

#include "footfall/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct shelf;

/* What a value may be. Says the C type of the member that holds it, too. */
enum key_kind {
    KEY_DURATION, /* ff_dur; min and max in microseconds */
    KEY_SIZE,     /* uint64_t, bytes; k, M, G are powers of 1024 */
    KEY_COUNT,    /* uint32_t; k, M, G are powers of 1000 */
    KEY_BOOLEAN,  /* bool */
    KEY_WORD,     /* an enum: the place of the word in the row's words */
    KEY_CURRENCY, /* ff_currency */
    KEY_ADDRESS,  /* const char *: a numeric address and port */
    KEY_PATH,     /* const char *; min and max in bytes */
    KEY_ROUTE,    /* const char *: the path of a URL that is free; min and max in bytes */
    KEY_TEXT,     /* const char *; min and max in bytes */
    KEY_ZONE,     /* const char * */
    KEY_NETWORKS, /* const char *const *, NULL-terminated: networks in their canonical form */
    KEY_TEXTS,    /* const char *const *, NULL-terminated: texts of min to max bytes */
    KEY_ORIGINS,  /* const char *const *, NULL-terminated: origins in their canonical form, or "*" */
    KEY_SECRET,   /* const char *: min to max bytes of visible ASCII, never shown in messages */
    KEY_BEARERS,  /* const struct ff_key *, ended by one whose text is NULL: a list of maps */
    KEY_KINDS
};

/* One key. */
struct key {
    const char *name; /* dotted: "session.timeout" */
    enum key_kind kind;
    size_t offset; /* of its member, checked against the kind when the table is compiled */
    int64_t min, max;
    const char *words;  /* of KEY_WORD, parted by one blank each, in the order of their numbers */
    const char *preset; /* its default as text, lists parted by commas; NULL: must be given */
    bool reloadable;    /* may change in a running daemon; in config_keys only of kinds that own no
                           memory */
    const char *help;   /* one line */
};

/* The offset of a member that must be of this type: anything else does not compile. */
#define KEY_MEMBER(owner, type, member)                                                            \
    (offsetof(owner, member) +                                                                     \
     0 * sizeof(                                                                                   \
             char[__builtin_types_compatible_p(type, __typeof__(((owner *)0)->member)) ? 1 : -1]))

/* A run of rows about the members of one struct. */
struct key_list {
    const struct key *rows;
    size_t n;
};

extern const struct key_list config_keys; /* members of struct ff_config */
extern const struct key_list site_keys;   /* members of struct ff_config_site */
extern const struct key_list bearer_keys; /* members of struct ff_key; in bearers.c */

/* The row of that name, or NULL. */
const struct key *key_find(const struct key_list *list, struct ff_span name);

enum key_result {
    KEY_TAKEN,
    KEY_WRONG, /* not a value of this kind */
    KEY_RANGE, /* below min or above max */
    KEY_NO_MEMORY,
};

/* Reads texts (exactly 1, or any number for a list; of KEY_BEARERS none, since those are maps, which
 * bearers_load reads) into the key's member of the struct at base;
 * what it must copy goes on the shelf. Unless KEY_TAKEN, the member is as it was, and after
 * KEY_WRONG and KEY_RANGE *culprit is the text to blame. */
enum key_result key_read(const struct key *k, struct shelf *s, const struct ff_span *texts,
                         size_t n, void *base, struct ff_span *culprit);

/* The same from one text, in which the items of a list are parted by commas. */
enum key_result key_read_text(const struct key *k, struct shelf *s, struct ff_span text, void *base,
                              struct ff_span *culprit);

/* Whether the file has a list there, be it of texts or of maps. */
bool key_is_list(const struct key *k);

/* Writes what the key expects to out, "a duration such as 30m"; after KEY_RANGE with its bounds. */
void key_expected(const struct key *k, enum key_result after, char *out, size_t size);

#define KEY_TEXT_SIZE 32 /* bytes that hold a value that key_print wrote */

/* Writes the number at value (of a kind that owns no memory) as its row's kind reads it. */
void key_print(const struct key *k, const void *value, char out[KEY_TEXT_SIZE]);

/* How a member is kept. */
enum key_form {
    KEY_PLAIN,  /* in itself: key_print writes it, and size bytes copy it */
    KEY_STRING, /* const char * */
    KEY_LIST,   /* const char *const *, NULL-terminated */
    KEY_MAPS,   /* const struct ff_key *, ended by one whose text is NULL */
};
enum key_form key_form(const struct key *k);

/* Bytes of the key's member. */
size_t key_size(const struct key *k);

/* Whether the members of a and b are equal. */
bool key_equal(const struct key *k, const void *a, const void *b);

#endif
