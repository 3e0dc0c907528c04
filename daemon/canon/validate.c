#include "canon_memory.h"
#include "check_items.h"
#include "fault.h"
#include "privacy.h"
#include "survey.h"
#include "term.h"
#include "url.h"
#include "utf8.h"

#define MAX_AHEAD FF_MINUTE

/* What FF_FIELD_TABLE says of a field. */
static const struct field_row {
    const char *key;
    uint8_t kind, place;
    int64_t max;
} field_table[FF_FIELD_COUNT] = {
#define X(name, key, kind, place, max) {key, kind, place, max},
    FF_FIELD_TABLE(X)
#undef X
};

/* The bits of all fields of the kinds. */
#define KIND_BIT(name, key, kind, place, max)                                                      \
    | ((kind) == FF_KIND_ID || (kind) == FF_KIND_TEXT ? FF_HAS(name) : 0)
static const uint64_t text_fields = 0 FF_FIELD_TABLE(KIND_BIT);
#undef KIND_BIT
#define KIND_BIT(name, key, kind, place, max) | ((kind) == FF_KIND_INTEGER ? FF_HAS(name) : 0)
static const uint64_t integer_fields = 0 FF_FIELD_TABLE(KIND_BIT);
#undef KIND_BIT

#define VISITOR FF_HAS(VISITOR)

/* Fields that are dropped from the types that have no use for them: without it their size would
 * have no bound, or they would be looked at for nothing. */
#define FOREIGN (FF_HAS(ITEMS) | FF_HAS(TERM) | FF_HAS(KIND) | FF_HAS(SCALE) | FF_HAS(PURPOSE))

static bool check_spend(struct ff_beacon *b);

/* What a type of event needs and has. */
static const struct type_row {
    uint64_t required;
    uint64_t own;                       /* of the FOREIGN ones: those it keeps */
    bool (*check)(struct ff_beacon *b); /* what else holds for it, or NULL */
} type_table[FF_TYPE_COUNT] = {
    [FF_PAGE_VIEW] = {VISITOR, 0, NULL},
    [FF_PING] = {VISITOR, 0, NULL},
    [FF_VIEW_ITEM] = {VISITOR, FF_HAS(ITEMS), NULL},
    [FF_SEARCH] = {VISITOR, FF_HAS(TERM), NULL},
    [FF_ADD_TO_CART] = {VISITOR, FF_HAS(ITEMS), NULL},
    [FF_REMOVE_FROM_CART] = {VISITOR, FF_HAS(ITEMS), NULL},
    [FF_UPDATE_CART] = {VISITOR, FF_HAS(ITEMS), NULL},
    [FF_VIEW_CART] = {VISITOR, FF_HAS(ITEMS), NULL},
    [FF_BEGIN_CHECKOUT] = {VISITOR, FF_HAS(ITEMS), NULL},
    [FF_CHECKOUT_STEP] = {VISITOR, FF_HAS(ITEMS), NULL},
    [FF_PURCHASE] = {VISITOR | FF_HAS(ORDER) | FF_HAS(VALUE), FF_HAS(ITEMS), NULL},
    [FF_REFUND] = {FF_HAS(ORDER), FF_HAS(ITEMS), NULL},
    [FF_SURVEY] = {VISITOR | FF_HAS(KIND) | FF_HAS(SCORE), FF_HAS(KIND) | FF_HAS(SCALE),
                   survey_check},
    [FF_SUPPORT_OPEN] = {FF_HAS(TICKET), 0, NULL},
    [FF_SUPPORT_REPLY] = {FF_HAS(TICKET), 0, NULL},
    [FF_SUPPORT_RESOLVE] = {FF_HAS(TICKET), 0, NULL},
    [FF_SPEND] = {FF_HAS(VALUE), FF_HAS(PURPOSE), check_spend},
    [FF_CUSTOM] = {VISITOR, 0, NULL},
};

/* What to say of a required field that is missing. */
static const struct note_row {
    enum ff_type type; /* FF_TYPE_NONE: any */
    enum ff_field field;
    const char *note;
} note_table[] = {
    {FF_PURCHASE, FF_FIELD_ORDER, "purchase needs an order id"},
    {FF_PURCHASE, FF_FIELD_VALUE, "purchase needs a value"},
    {FF_REFUND, FF_FIELD_ORDER, "refund needs an order id"},
    {FF_SPEND, FF_FIELD_VALUE, "spend needs a value"},
    {FF_SURVEY, FF_FIELD_KIND, "survey needs a kind: csat, nps or ces"},
    {FF_SURVEY, FF_FIELD_SCORE, "survey needs a score"},
    {FF_TYPE_NONE, FF_FIELD_TICKET, "support events need a ticket id"},
    {FF_TYPE_NONE, FF_FIELD_VISITOR, "an event of a session needs a visitor id"},
};

static const char *note_missing(enum ff_type type, int field)
{
    for (size_t i = 0; i < sizeof note_table / sizeof *note_table; i++)
        if ((int)note_table[i].field == field &&
            (note_table[i].type == type || note_table[i].type == FF_TYPE_NONE))
            return note_table[i].note;
    return NULL;
}

static bool check_spend(struct ff_beacon *b)
{
    struct ff_span purpose = b->text[FF_TEXT_PURPOSE];
    if (!ff_has(b, FF_HAS(PURPOSE)) || ff_span_is(purpose, "retention") ||
        ff_span_is(purpose, "acquisition"))
        return true;
    return refuse(b, FF_BAD_CHOICE, "purpose", "purpose is retention or acquisition");
}

static bool check_type(struct ff_beacon *b)
{
    if (!ff_has(b, FF_HAS(TYPE)))
        return refuse(b, FF_MISSING, "type", "an event needs a type");
    return true;
}

static bool check_site(struct canon *c, struct ff_beacon *b)
{
    int site = 0;
    if (ff_has(b, FF_HAS(SITE)))
        site = canon_find_site(c, b->text[FF_TEXT_SITE]);
    else if (c->options.site_count > 1)
        return refuse(b, FF_MISSING, "site", "there are several sites");
    if (site < 0)
        return refuse(b, FF_UNKNOWN_SITE, "site", NULL);
    b->has |= FF_HAS(SITE);
    b->site = (uint16_t)site;
    b->text[FF_TEXT_SITE] = ff_span_text(c->options.sites[site].id);
    return true;
}

bool canon_is_visit(enum ff_type type)
{
    return type_table[type].required & VISITOR;
}

bool canon_wants_visitor(const struct ff_beacon *b)
{
    return canon_is_visit(b->type) && !ff_has(b, VISITOR) && !ff_is_anonymous(b);
}

static bool check_required(const struct canon_arrival *how, struct ff_beacon *b)
{
    uint64_t missing = type_table[b->type].required & ~b->has;
    if (missing & VISITOR && (how->derives || ff_is_anonymous(b)))
        missing &= ~VISITOR;
    if (missing == 0)
        return true;
    int field = __builtin_ctzll(missing);
    return refuse(b, FF_MISSING, field_table[field].key, note_missing(b->type, field));
}

/* Told at the door, and kept nowhere. */
#define PASSING (FF_HAS(IP) | FF_HAS(WEBDRIVER))

/* Drops the fields that the type has no use for, and those that are never kept. */
static void drop_foreign(struct ff_beacon *b)
{
    uint64_t drop = (FOREIGN & ~type_table[b->type].own) | PASSING;
    drop &= b->has;
    b->has &= ~drop;
    if (drop & FF_HAS(ITEMS)) {
        b->items = NULL;
        b->item_count = 0;
    }
    for (drop &= ~(FF_HAS(ITEMS) | FF_HAS(WEBDRIVER)); drop != 0; drop &= drop - 1)
        b->text[field_table[__builtin_ctzll(drop)].place] = ff_span_of(NULL, 0);
}

static bool check_text(struct ff_beacon *b, const struct field_row *row)
{
    struct ff_span *text = &b->text[row->place];
    size_t max = (size_t)row->max;
    if (row->kind == FF_KIND_ID && (text->n == 0 || text->n > max))
        return refuse(b, FF_BAD_ID, row->key, NULL);
    if (text->n > max) {
        *text = utf8_cut(*text, max);
        count_cut(b);
    }
    return b->utf8 || utf8_valid(*text) || refuse(b, FF_NOT_UTF8, row->key, NULL);
}

static bool check_texts(struct ff_beacon *b)
{
    for (uint64_t left = b->has & text_fields; left != 0; left &= left - 1)
        if (!check_text(b, &field_table[__builtin_ctzll(left)]))
            return false;
    return true;
}

static bool check_integers(struct ff_beacon *b)
{
    for (uint64_t left = b->has & integer_fields; left != 0; left &= left - 1) {
        const struct field_row *row = &field_table[__builtin_ctzll(left)];
        int64_t n = b->number[row->place];
        if (n < 0 || n > row->max)
            return refuse(b, FF_OUT_OF_RANGE, row->key, NULL);
    }
    return true;
}

static bool check_currency(const struct canon *c, struct ff_beacon *b)
{
    return !ff_has(b, FF_HAS(CURRENCY)) || currency_known(&c->currencies, b->currency) ||
           refuse(b, FF_BAD_CURRENCY, "currency", NULL);
}

static bool check_time(const struct canon *c, struct ff_record *r)
{
    struct ff_beacon *b = &r->beacon;
    ff_wall now = r->received, t = ff_has(b, FF_HAS(TIME)) ? b->time : now;
    if (t - now > MAX_AHEAD)
        t = now;
    if (!r->imported && now - t > c->options.max_age)
        return refuse(b, FF_TOO_OLD, "time", NULL);
    b->has |= FF_HAS(TIME);
    b->time = t;
    r->arrival = r->imported ? t : now;
    return true;
}

/* given: the term before it was cut. */
static bool set_term_key(struct canon *c, struct ff_beacon *b, struct ff_span given)
{
    char key[TERM_KEY_MAX];
    size_t n;
    b->term_key = b->text[FF_TEXT_TERM];
    if (!ff_has(b, FF_HAS(TERM)))
        return true;
    if (!term_normalise(given, key, &n))
        return refuse(b, FF_NOT_UTF8, "term", NULL);
    if (ff_span_equal(b->term_key, ff_span_of(key, n)))
        return true;
    return canon_copy(c, ff_span_of(key, n), &b->term_key) || refuse(b, FF_NO_MEMORY, "term", NULL);
}

static bool set_page(struct canon *c, const struct canon_arrival *how, struct ff_beacon *b)
{
    if (how->judged && canon_is_visit(b->type)) {
        url_read_judged(b, ff_span_of(NULL, 0), ff_span_of(NULL, 0));
        return true;
    }
    return url_read(c, b) || refuse(b, FF_NO_MEMORY, "url", NULL);
}

static bool check(struct canon *c, const struct canon_arrival *how, struct ff_record *r)
{
    struct ff_beacon *b = &r->beacon;
    struct ff_span term = b->text[FF_TEXT_TERM];
    if (!check_type(b) || !check_site(c, b) ||
        !privacy_check(how, c->options.sites[b->site].gpc, canon_is_visit(b->type), b) || !check_required(how, b))
        return false;
    drop_foreign(b);
    const struct type_row *type = &type_table[b->type];
    return check_texts(b) && privacy_check_visitor(how, b) && check_integers(b) && check_currency(c, b) && check_time(c, r) &&
           check_items(c, b) && (!type->check || type->check(b)) && set_term_key(c, b, term) && set_page(c, how, b);
}

enum ff_status canon_check(struct canon *c, const struct canon_arrival *how, struct ff_record *r)
{
    r->received = how->now;
    r->arrival = how->now;
    r->imported = how->imported;
    if (r->beacon.fault == FF_OK)
        check(c, how, r);
    return r->beacon.fault;
}
