#include "listing.h"

#include "builtin.h"
#include "shelf.h"
#include "tree.h"

#include <stdio.h>
#include <stdlib.h>

struct listing {
    struct shelf *shelf;
    struct ff_listing *rows;
    size_t n, room;
};

/* A file on its way into a listing. */
struct lister {
    struct listing *list;
    const char *file;
    char *why;
    size_t size;
};

static bool fails(struct lister *l, int line, const char *what, const char *got)
{
    snprintf(l->why, l->size, "%s:%d: expected %s, got %s", l->file, line, what, got);
    return false;
}

static bool add_row(struct lister *l, const struct ff_listing *row)
{
    struct listing *list = l->list;
    if (list->n == list->room) {
        size_t room = list->room ? list->room * 2 : 1024;
        struct ff_listing *rows = realloc(list->rows, room * sizeof *rows);
        if (!rows) {
            snprintf(l->why, l->size, "%s: out of memory", l->file);
            return false;
        }
        list->rows = rows;
        list->room = room;
    }
    list->rows[list->n++] = *row;
    return true;
}

static bool add_texts(struct lister *l, struct ff_span section, const struct tree_node *name)
{
    const struct tree_node *text = name->kind == TREE_LIST ? name->first : name;
    if (name->kind == TREE_MAP)
        return fails(l, name->line, "a text or a list of texts", tree_kind_word(name->kind));
    for (; text && name->kind != TREE_NOTHING; text = text->next) {
        if (text->kind != TREE_TEXT)
            return fails(l, text->line, "a text", tree_kind_word(text->kind));
        if (!add_row(l, &(struct ff_listing){section, name->key, text->text}))
            return false;
        if (name->kind == TREE_TEXT)
            break;
    }
    return true;
}

static bool add_sections(struct lister *l, const struct tree_node *root)
{
    if (root->kind != TREE_MAP && root->kind != TREE_NOTHING)
        return fails(l, root->line, "sections such as search:", tree_kind_word(root->kind));
    for (const struct tree_node *section = root->first; section; section = section->next) {
        if (section->kind != TREE_MAP && section->kind != TREE_NOTHING)
            return fails(l, section->line, "names indented below the section",
                         tree_kind_word(section->kind));
        for (const struct tree_node *name = section->first; name; name = name->next)
            if (!add_texts(l, section->key, name))
                return false;
    }
    return true;
}

static bool load_both(struct lister *l, struct ff_span builtin, const char *file)
{
    l->file = "(built in)";
    const struct tree_node *root = tree_parse(l->list->shelf, l->file, builtin, l->why, l->size);
    if (!root || !add_sections(l, root))
        return false;
    if (!file)
        return true;
    l->file = file;
    root = tree_read(l->list->shelf, file, l->why, l->size);
    return root && add_sections(l, root);
}

struct listing *listing_load(enum listing_kind kind, const char *file, char *why, size_t size)
{
    struct listing *list = calloc(1, sizeof *list);
    if (list)
        list->shelf = shelf_new();
    if (!list || !list->shelf) {
        snprintf(why, size, "out of memory");
        listing_free(&list);
        return NULL;
    }
    struct lister l = {.list = list, .why = why, .size = size};
    if (!load_both(&l, kind == LISTING_CHANNELS ? builtin_channels() : builtin_agents(), file))
        listing_free(&list);
    return list;
}

void listing_free(struct listing **l)
{
    if (!*l)
        return;
    shelf_free(&(*l)->shelf);
    free((*l)->rows);
    free(*l);
    *l = NULL;
}

const struct ff_listing *listing_rows(const struct listing *l, size_t *n)
{
    *n = l->n;
    return l->rows;
}
