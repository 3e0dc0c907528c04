/* Tree: a YAML file as texts, lists and maps, each with its line. */
#ifndef FOOTFALL_TREE_H
#define FOOTFALL_TREE_H

#include "footfall/span.h"

struct shelf;

enum tree_kind {
    TREE_NOTHING, /* a value left out, ~ or null */
    TREE_TEXT,
    TREE_LIST,
    TREE_MAP,
};

/* A value, and in a map its key. */
struct tree_node {
    enum tree_kind kind;
    int line;                       /* from 1; in a map that of the key */
    struct ff_span key;             /* {NULL, 0} outside maps */
    struct ff_span text;            /* of a TREE_TEXT: UTF-8 without NULs */
    struct tree_node *first, *next; /* the parts of a list or map, in their order */
};

#define TREE_MAX_BYTES (1 << 20) /* a larger file is refused */
#define TREE_MAX_DEPTH 16

/* Reads the one document of a file; an empty file gives a TREE_NOTHING. Nodes and texts live on
 * the shelf. Anchors, aliases and tags are refused, repeated keys are not. On failure NULL, and
 * why (size bytes) says "FILE:LINE: what is wrong". */
struct tree_node *tree_read(struct shelf *s, const char *file, char *why, size_t size);

/* The same of bytes in memory; name stands for the file in why. */
struct tree_node *tree_parse(struct shelf *s, const char *name, struct ff_span text, char *why,
                             size_t size);

/* What a node is, for messages: "nothing", "text", "a list", "a map". */
const char *tree_kind_word(enum tree_kind kind);

#endif
