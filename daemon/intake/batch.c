#include "batch.h"

#include "json.h"
#include "region.h"

#define NO_FAULT ""

/* An item takes at least a byte of its message, in any format. */
static size_t item_cap(const struct intake_options *o)
{
    size_t most = (size_t)o->max_batch * FF_MAX_ITEMS;
    return most < o->max_message ? most : o->max_message;
}

struct intake *intake_new(const struct intake_options *options)
{
    struct intake *in = region_new(1, sizeof *in);
    if (!in)
        return NULL;
    in->options = *options;
    in->item_cap = item_cap(options);
    in->texts.size = 2 * options->max_message;
    in->records = region_new(options->max_batch, sizeof *in->records);
    in->items = region_new(in->item_cap, sizeof *in->items);
    in->texts.p = region_new(in->texts.size + INTAKE_PADDING, 1);
    in->index = json_index_new(options->max_message);
    fields_init(&in->fields);
    if (!in->records || !in->items || !in->texts.p || !in->index)
        intake_free(&in);
    return in;
}

void intake_free(struct intake **in)
{
    struct intake *it = *in;
    if (!it)
        return;
    region_free(&it->records, it->options.max_batch, sizeof *it->records);
    region_free(&it->items, it->item_cap, sizeof *it->items);
    region_free(&it->texts.p, it->texts.size + INTAKE_PADDING, 1);
    json_index_free(&it->index);
    region_free(in, 1, sizeof *it);
}

void batch_reset(struct intake *in)
{
    in->count = 0;
    in->bytes = 0;
    in->item_count = 0;
    in->texts.used = 0;
    batch_begin(in);
}

void batch_begin(struct intake *in)
{
    in->message = (struct batch_mark){in->count, in->item_count, in->texts.used};
}

void batch_forget(struct intake *in)
{
    in->count = in->message.count;
    in->item_count = in->message.items;
    in->texts.used = in->message.texts;
}

static void blank(struct ff_beacon *b)
{
    memset(b, 0, sizeof *b);
    b->fault_field = NO_FAULT;
}

struct ff_beacon *batch_beacon(struct intake *in)
{
    if (in->count == in->options.max_batch)
        return NULL;
    struct ff_beacon *b = &in->records[in->count++].beacon;
    blank(b);
    return b;
}

void batch_refuse(struct ff_beacon *b, enum ff_status fault, const char *note)
{
    blank(b);
    b->fault = fault;
    b->fault_note = note;
}

struct ff_item *batch_item(struct intake *in, struct ff_beacon *b)
{
    struct ff_item *item = &in->spare;
    if (b->item_count == FF_MAX_ITEMS || in->item_count == in->item_cap)
        fields_fault(b, FF_TOO_MANY_ITEMS, "items", NULL);
    if (b->fault == FF_OK) {
        item = &in->items[in->item_count++];
        if (b->item_count++ == 0)
            b->items = item;
    }
    *item = (struct ff_item){.quantity = 1};
    return item;
}
