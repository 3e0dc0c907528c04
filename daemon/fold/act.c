#include "act.h"

#include "lines.h"
#include "said.h"

#define TERM_SCOPE 2

/* What of a beacon sessions and carts ask for. */
static const struct act_row {
    bool engaged, term, value, currency, items;
    enum act_place place;
} act_table[FF_TYPE_COUNT] = {
    [FF_PAGE_VIEW] = {.engaged = true, .place = ACT_WORD},
    [FF_PING] = {.engaged = true, .place = ACT_ENGAGED_MS},
    [FF_SEARCH] = {.term = true},
    [FF_ADD_TO_CART] = {.currency = true, .items = true},
    [FF_REMOVE_FROM_CART] = {.currency = true, .items = true},
    [FF_UPDATE_CART] = {.currency = true, .items = true},
    [FF_VIEW_CART] = {.currency = true},
    [FF_BEGIN_CHECKOUT] = {.currency = true, .items = true},
    [FF_CHECKOUT_STEP] = {.currency = true, .place = ACT_WORD},
    [FF_PURCHASE] = {.value = true, .currency = true},
    [FF_CUSTOM] = {.place = ACT_WORD},
};

ff_wall act_time(const struct ff_record *r)
{
    ff_wall t = r->beacon.time;
    return t > ACT_TIME_MAX ? ACT_TIME_MAX : t < ACT_TIME_MIN ? ACT_TIME_MIN : t;
}

enum act_place act_place(enum ff_type type)
{
    return act_table[type].place;
}

/* Whether what is asked of the beacon fits in an act. */
static bool act_fits(const struct act_row *row, const struct ff_beacon *b, const struct said *said)
{
    bool engaged = row->engaged && row->place != ACT_ENGAGED_MS && b->number[FF_NUMBER_ENGAGED_MS] > 0;
    return !row->term && !row->value && !engaged && !(row->items && b->item_count > 0) &&
           !(row->currency && b->currency) && said->source == WORD_NONE && said->campaign == WORD_NONE;
}

/* The rare part of what is known; most acts have none. */
static uint32_t act_keep_rest(struct fold *f, const struct ff_beacon *b, const struct said *said)
{
    const struct act_row *row = &act_table[b->type];
    uint32_t number = pool_take(&f->rests);
    assert(number);
    struct act_rest *rest = rest_at(f, number);
    rest->said = *said;
    if (row->engaged)
        rest->engaged_ms = (uint32_t)b->number[FF_NUMBER_ENGAGED_MS];
    if (row->term) {
        rest->term = hash_id(&f->seed, TERM_SCOPE, b->term_key);
        rest->zero = ff_has(b, FF_HAS(RESULTS)) && b->number[FF_NUMBER_RESULTS] == 0;
    }
    if (row->value)
        rest->value = b->money[FF_AMOUNT_VALUE];
    if (row->currency)
        rest->currency = b->currency;
    if (row->items)
        rest->lines = lines_from_items(f, b->items, b->item_count);
    return number;
}

/* said: the words that it keeps. The head is written in one go: it is read again at once, which would have to wait
 * until parts of it are where it is read from. */
static uint32_t act_make(struct fold *f, const struct ff_record *r, const struct said *said)
{
    const struct ff_beacon *b = &r->beacon;
    const struct act_row *row = &act_table[b->type];
    union act_head head = {.word = 0};
    uint32_t number = pool_take(&f->acts);
    assert(number);
    struct act *a = act_at(f, number);
    head.time = act_time(r);
    head.type = b->type;
    head.passive = b->type == FF_CUSTOM && b->passive;
    head.rested = !act_fits(row, b, said);
    a->head = head.word;
    a->origin = b->origin;
    said_hold(f, said);
    if (head.rested)
        a->rest = act_keep_rest(f, b, said);
    else if (row->place == ACT_ENGAGED_MS)
        a->engaged_ms = (uint32_t)b->number[FF_NUMBER_ENGAGED_MS];
    else if (row->place == ACT_WORD)
        a->word = said->word;
    return number;
}

uint32_t act_new(struct fold *f, const struct ff_record *r)
{
    return act_make(f, r, &f->said);
}

/* It keeps no words: it is part of no session. */
uint32_t act_new_late(struct fold *f, const struct ff_record *r, ff_wall place)
{
    static const struct said nothing;
    assert(r->beacon.type == FF_PURCHASE);
    uint32_t number = act_make(f, r, &nothing);
    struct act *a = act_at(f, number);
    struct act_rest *rest = rest_at(f, a->rest);
    rest->late_time = a->time;
    rest->received = r->received;
    a->late = true;
    a->origin = (struct ff_origin){0};
    a->time = place;
    return number;
}

const struct act_rest *act_rest(const struct fold *f, const struct act *a)
{
    static const struct act_rest none;
    return a->rested ? rest_at(f, a->rest) : &none;
}

uint32_t act_word(const struct fold *f, const struct act *a)
{
    if (a->rested)
        return rest_at(f, a->rest)->said.word;
    return act_table[a->type].place == ACT_WORD ? a->word : WORD_NONE;
}

struct said act_said(const struct fold *f, const struct act *a)
{
    if (a->late)
        return (struct said){0};
    if (a->rested)
        return rest_at(f, a->rest)->said;
    return (struct said){.word = act_word(f, a)};
}

uint32_t act_engaged_ms(const struct fold *f, const struct act *a)
{
    const struct act_row *row = &act_table[a->type];
    if (!row->engaged)
        return 0;
    return a->rested ? rest_at(f, a->rest)->engaged_ms : row->place == ACT_ENGAGED_MS ? a->engaged_ms : 0;
}

void act_free(struct fold *f, uint32_t number)
{
    struct act *a = act_at(f, number);
    struct said said = act_said(f, a);
    said_drop(f, &said);
    if (a->rested) {
        lines_free(f, &rest_at(f, a->rest)->lines);
        pool_give(&f->rests, a->rest);
    }
    pool_give(&f->acts, number);
}
