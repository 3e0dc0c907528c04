#include "doc.h"

#include <jansson.h>

/* struct doc is never defined: a pointer to it is jansson's under a name of our own. */
static json_t *inner(const struct doc *value)
{
    return (json_t *)(uintptr_t)value;
}

static const struct doc *outer(json_t *value)
{
    return (const struct doc *)value;
}

struct doc *doc_read(struct ff_span text)
{
    return (struct doc *)json_loadb(text.p, text.n, 0, NULL);
}

void doc_free(struct doc **document)
{
    json_decref(inner(*document));
    *document = NULL;
}

enum doc_kind doc_kind(const struct doc *value)
{
    static const enum doc_kind kinds[] = {
        [JSON_OBJECT] = DOC_OBJECT,   [JSON_ARRAY] = DOC_ARRAY, [JSON_STRING] = DOC_TEXT,
        [JSON_INTEGER] = DOC_INTEGER, [JSON_REAL] = DOC_REAL,   [JSON_TRUE] = DOC_BOOLEAN,
        [JSON_FALSE] = DOC_BOOLEAN,   [JSON_NULL] = DOC_NULL,
    };
    return value ? kinds[json_typeof(inner(value))] : DOC_NULL;
}

int64_t doc_integer(const struct doc *value)
{
    return json_integer_value(inner(value));
}

double doc_number(const struct doc *value)
{
    return json_number_value(inner(value));
}

const char *doc_text(const struct doc *value)
{
    const char *text = json_string_value(inner(value));
    return text ? text : "";
}

const struct doc *doc_member(const struct doc *value, const char *name)
{
    return outer(json_object_get(inner(value), name));
}

size_t doc_count(const struct doc *value)
{
    return doc_kind(value) == DOC_OBJECT ? json_object_size(inner(value))
                                         : json_array_size(inner(value));
}

const struct doc *doc_element(const struct doc *array, size_t i)
{
    return outer(json_array_get(inner(array), i));
}

void doc_each(const struct doc *object,
              void (*fn)(void *ctx, const char *name, const struct doc *value), void *ctx)
{
    const char *name;
    json_t *member;
    json_object_foreach(inner(object), name, member)
    {
        fn(ctx, name, outer(member));
    }
}
