#include "batch.h"

#include "line.h"

#include <assert.h>
#include <stdlib.h>

static bool make_room(struct batch *b, size_t more)
{
    if (more <= b->room - b->length)
        return true;
    size_t room = 2 * (b->length + more);
    char *grown = realloc(b->body, room);
    if (!grown)
        return false;
    b->body = grown;
    b->room = room;
    return true;
}

static void add_line(struct batch *b, const struct input *in, const struct index_ref *ref)
{
    struct ff_span line = ff_span_of(in->bytes.p + ref->offset, ref->length);
    struct line_facts facts;
    enum ff_status status = line_scan(line, &facts);
    assert(status == FF_OK); /* else it would not be in the index */
    (void)status;
    if (facts.has_id) {
        memcpy(b->body + b->length, line.p, line.n);
        b->body[b->length + line.n] = '\n';
        b->length += line.n + 1;
    } else {
        char id[LINE_ID_MAX];
        line_make_id(in->base, line, ref->line, id);
        b->length += line_print(line, &facts.gap, id, b->body + b->length);
    }
    b->count++;
}

bool batch_fill(struct batch *b, const struct input *inputs, const struct index_ref *refs, size_t n,
                const struct batch_limits *limits)
{
    b->length = 0;
    b->count = 0;
    for (size_t i = 0; i < n && b->count < limits->events; i++) {
        size_t most = refs[i].length + LINE_GROWTH;
        if (b->count > 0 && b->length + most > limits->bytes)
            break;
        if (!make_room(b, most))
            return false;
        add_line(b, &inputs[refs[i].file], &refs[i]);
    }
    return true;
}

void batch_fini(struct batch *b)
{
    free(b->body);
    *b = (struct batch){NULL, 0, 0, 0};
}
