#include "tree.h"

#include "shelf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <yaml.h>

/* A file being read. Once something is wrong, why says it and every function here gives false. */
struct reader {
    yaml_parser_t parser;
    struct shelf *shelf;
    const char *file;
    struct ff_span bytes;
    int depth;
    char *why;
    size_t size;
};

__attribute__((format(printf, 3, 4))) static bool reader_fails(struct reader *r, size_t line,
                                                               const char *format, ...)
{
    int n = line ? snprintf(r->why, r->size, "%s:%zu: ", r->file, line)
                 : snprintf(r->why, r->size, "%s: ", r->file);
    va_list args;
    va_start(args, format);
    if (n >= 0 && (size_t)n < r->size)
        vsnprintf(r->why + n, r->size - (size_t)n, format, args);
    va_end(args);
    return false;
}

/* What libyaml says is wrong. Of bytes it could not read it tells the offset only. */
static bool reader_fails_yaml(struct reader *r)
{
    const yaml_parser_t *p = &r->parser;
    size_t line = p->problem_mark.line + 1;
    if (p->error == YAML_READER_ERROR) {
        line = 1;
        for (size_t i = 0; i < p->problem_offset && i < r->bytes.n; i++)
            line += r->bytes.p[i] == '\n';
    }
    return reader_fails(r, line, "not well-formed YAML: %s",
                        p->problem ? p->problem : "out of memory");
}

/* The next event, which the caller deletes. */
static bool reader_next(struct reader *r, yaml_event_t *e)
{
    return yaml_parser_parse(&r->parser, e) || reader_fails_yaml(r);
}

static bool is_nothing(const yaml_event_t *e, struct ff_span text)
{
    static const char *const words[] = {"", "~", "null", "Null", "NULL"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (ff_span_is(text, words[i]))
            return e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    return false;
}

/* The text of a scalar, copied. */
static bool read_text(struct reader *r, const yaml_event_t *e, struct ff_span *out)
{
    struct ff_span text = ff_span_of((const char *)e->data.scalar.value, e->data.scalar.length);
    if (memchr(text.p, '\0', text.n))
        return reader_fails(r, e->start_mark.line + 1, "a NUL in a text");
    out->n = text.n;
    out->p = shelf_copy(r->shelf, text);
    return out->p || reader_fails(r, 0, "out of memory");
}

/* Anchors and tags are in three events, but at different places. */
static bool is_decorated(const yaml_event_t *e)
{
    switch (e->type) {
    case YAML_SCALAR_EVENT:
        return e->data.scalar.anchor || e->data.scalar.tag;
    case YAML_SEQUENCE_START_EVENT:
        return e->data.sequence_start.anchor || e->data.sequence_start.tag;
    case YAML_MAPPING_START_EVENT:
        return e->data.mapping_start.anchor || e->data.mapping_start.tag;
    default:
        return e->type == YAML_ALIAS_EVENT;
    }
}

static bool read_node(struct reader *r, const yaml_event_t *e, struct tree_node *node);

/* Reads the key of a map's next part, and turns *e into the event of its value. */
static bool read_key(struct reader *r, yaml_event_t *e, struct tree_node *node)
{
    if (is_decorated(e))
        return reader_fails(r, e->start_mark.line + 1, "anchors, aliases and tags are not taken");
    if (e->type != YAML_SCALAR_EVENT)
        return reader_fails(r, e->start_mark.line + 1, "a key must be a word");
    node->line = (int)e->start_mark.line + 1;
    if (!read_text(r, e, &node->key))
        return false;
    yaml_event_delete(e);
    return reader_next(r, e);
}

/* Reads one part of a list or map, of which *e is the first event. Whatever *e is then, the caller
 * deletes it. */
static bool read_part(struct reader *r, yaml_event_t *e, enum tree_kind parent,
                      struct tree_node *node)
{
    if (parent == TREE_MAP && !read_key(r, e, node))
        return false;
    return read_node(r, e, node);
}

static bool read_parts(struct reader *r, struct tree_node *parent, yaml_event_type_t end)
{
    struct tree_node **last = &parent->first;
    for (;;) {
        yaml_event_t e = {0};
        if (!reader_next(r, &e))
            return false;
        if (e.type == end) {
            yaml_event_delete(&e);
            return true;
        }
        struct tree_node *node = shelf_take(r->shelf, sizeof *node);
        bool ok = node ? read_part(r, &e, parent->kind, node) : reader_fails(r, 0, "out of memory");
        yaml_event_delete(&e);
        if (!ok)
            return false;
        *last = node;
        last = &node->next;
    }
}

/* Reads the value that e begins into node. */
static bool read_node(struct reader *r, const yaml_event_t *e, struct tree_node *node)
{
    size_t line = e->start_mark.line + 1;
    if (!node->line)
        node->line = (int)line;
    if (is_decorated(e))
        return reader_fails(r, line, "anchors, aliases and tags are not taken");
    if (e->type == YAML_SCALAR_EVENT) {
        if (!read_text(r, e, &node->text))
            return false;
        node->kind = is_nothing(e, node->text) ? TREE_NOTHING : TREE_TEXT;
        return true;
    }
    if (r->depth == TREE_MAX_DEPTH)
        return reader_fails(r, line, "nested too deep");
    bool map = e->type == YAML_MAPPING_START_EVENT;
    node->kind = map ? TREE_MAP : TREE_LIST;
    r->depth++;
    bool ok = read_parts(r, node, map ? YAML_MAPPING_END_EVENT : YAML_SEQUENCE_END_EVENT);
    r->depth--;
    return ok;
}

/* Reads the one document there may be, to the end of the stream. */
static bool read_stream(struct reader *r, struct tree_node *root)
{
    int documents = 0;
    for (bool ended = false; !ended;) {
        yaml_event_t e = {0};
        if (!reader_next(r, &e))
            return false;
        size_t line = e.start_mark.line + 1;
        bool ok = true;
        ended = e.type == YAML_STREAM_END_EVENT;
        if (e.type == YAML_DOCUMENT_START_EVENT && ++documents > 1)
            ok = reader_fails(r, line, "a second document");
        else if (e.type == YAML_SCALAR_EVENT || e.type == YAML_SEQUENCE_START_EVENT ||
                 e.type == YAML_MAPPING_START_EVENT || e.type == YAML_ALIAS_EVENT)
            ok = read_node(r, &e, root);
        yaml_event_delete(&e);
        if (!ok)
            return false;
    }
    return true;
}

/* The whole file, in memory that the caller frees. */
static bool read_file(struct reader *r, char **out)
{
    FILE *in = fopen(r->file, "re");
    if (!in)
        return reader_fails(r, 0, "cannot be opened: %s", strerror(errno));
    *out = malloc(TREE_MAX_BYTES + 1);
    errno = 0;
    size_t n = *out ? fread(*out, 1, TREE_MAX_BYTES + 1, in) : 0;
    bool ok = true;
    if (!*out || ferror(in))
        ok = reader_fails(r, 0, "cannot be read: %s", strerror(errno));
    else if (n > TREE_MAX_BYTES)
        ok = reader_fails(r, 0, "larger than %d bytes", TREE_MAX_BYTES);
    fclose(in);
    r->bytes = ff_span_of(*out, n);
    return ok;
}

/* Reads the bytes that the reader has got, which are borrowed. */
static struct tree_node *read_bytes(struct reader *r)
{
    struct tree_node *root = shelf_take(r->shelf, sizeof *root);
    if (!root || !yaml_parser_initialize(&r->parser)) {
        reader_fails(r, 0, "out of memory");
        return NULL;
    }
    yaml_parser_set_input_string(&r->parser, (const unsigned char *)r->bytes.p, r->bytes.n);
    bool ok = read_stream(r, root);
    yaml_parser_delete(&r->parser);
    return ok ? root : NULL;
}

struct tree_node *tree_read(struct shelf *s, const char *file, char *why, size_t size)
{
    struct reader r = {.shelf = s, .file = file, .why = why, .size = size};
    char *bytes = NULL;
    struct tree_node *root = read_file(&r, &bytes) ? read_bytes(&r) : NULL;
    free(bytes);
    return root;
}

struct tree_node *tree_parse(struct shelf *s, const char *name, struct ff_span text, char *why,
                             size_t size)
{
    struct reader r = {.shelf = s, .file = name, .bytes = text, .why = why, .size = size};
    return read_bytes(&r);
}

const char *tree_kind_word(enum tree_kind kind)
{
    static const char *const words[] = {"nothing", "text", "a list", "a map"};
    return words[kind];
}
