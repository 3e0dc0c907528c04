#include "template.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BROWSER                                                                                   \
    "Host: events.shop.example\r\n"                                                               \
    "sec-ch-ua: \"Not/A)Brand\";v=\"8\", \"Chromium\";v=\"126\", \"Google Chrome\";v=\"126\"\r\n" \
    "sec-ch-ua-mobile: ?0\r\n"                                                                    \
    "sec-ch-ua-platform: \"Windows\"\r\n"                                                         \
    "User-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like "      \
    "Gecko) Chrome/126.0.0.0 Safari/537.36\r\n"                                                   \
    "Referer: https://shop.example/\r\n"                                                          \
    "Accept-Encoding: gzip, deflate, br, zstd\r\n"                                                \
    "Accept-Language: en-GB,en-US;q=0.9,en;q=0.8,de;q=0.7\r\n"                                    \
    "Sec-Fetch-Site: same-site\r\n"

#define BROWSER_POST                                                                              \
    BROWSER "Content-Type: application/json\r\n"                                                  \
            "Accept: */*\r\n"                                                                     \
            "Origin: https://shop.example\r\n"                                                    \
            "Sec-Fetch-Mode: cors\r\n"                                                            \
            "Sec-Fetch-Dest: empty\r\n"

#define BROWSER_IMAGE                                                                             \
    BROWSER "Accept: image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8\r\n"        \
            "Sec-Fetch-Mode: no-cors\r\n"                                                         \
            "Sec-Fetch-Dest: image\r\n"

#define BACK_END(type)                                                                            \
    "Host: events.shop.example\r\n"                                                               \
    "Content-Type: " type "\r\n"

static const struct kind_row {
    const char *name;
    enum form form;
    unsigned beacons;
    size_t size;         /* of a beacon, in bytes */
    bool plain;          /* page views alone */
    const char *headers; /* but Connection and Content-Length; NULL: a datagram */
} kind_table[] = {
    {"json", FORM_JSON, 1, 440, false, BROWSER_POST},
    {"json20", FORM_JSON, 20, 440, false, BACK_END("application/json")},
    {"packed100", FORM_PACKED, 100, 350, false, BACK_END("application/msgpack")},
    {"pages1000", FORM_PACKED, 1000, 150, true, BACK_END("application/msgpack")},
    {"pixel", FORM_QUERY, 1, 400, true, BROWSER_IMAGE},
    {"datagram", FORM_PACKED, 1, 150, true, NULL},
};

static const struct kind_row *kind_find(const char *name)
{
    for (size_t i = 0; i < sizeof kind_table / sizeof *kind_table; i++)
        if (strcmp(kind_table[i].name, name) == 0)
            return &kind_table[i];
    return NULL;
}

static void headers(struct body *out, const struct kind_row *row, bool closes)
{
    body_text(out, row->headers);
    body_text(out, closes ? "Connection: close\r\n" : "Connection: keep-alive\r\n");
}

/* content goes behind its header, and its places move with it. */
static void post(struct body *out, const struct kind_row *row, struct body *content, bool closes)
{
    char length[64];
    if (row->headers) {
        snprintf(length, sizeof length, "Content-Length: %zu\r\n\r\n", content->n);
        body_text(out, "POST /v1/events HTTP/1.1\r\n");
        headers(out, row, closes);
        body_text(out, length);
    }
    for (size_t i = 0; i < content->patch_n; i++)
        content->patches[i].at += (uint32_t)out->n;
    body_raw(out, content->p, content->n);
    out->patches = content->patches;
    out->patch_n = content->patch_n;
    content->patches = NULL;
    body_fini(content);
}

static void make_one(struct body *out, const struct kind_row *row, unsigned first, bool closes)
{
    *out = (struct body){.form = row->form};
    if (row->form == FORM_QUERY) {
        body_text(out, "GET /v1/pixel.gif?");
        body_beacons(out, first, row->beacons, row->size, row->plain);
        body_text(out, " HTTP/1.1\r\n");
        headers(out, row, closes);
        body_text(out, "\r\n");
        return;
    }
    struct body content = {.form = row->form};
    body_beacons(&content, first, row->beacons, row->size, row->plain);
    post(out, row, &content, closes);
}

bool template_make(struct template_set *set, const char *kind, bool closes)
{
    const struct kind_row *row = kind_find(kind);
    if (!row)
        return false;
    *set = (struct template_set){.n = body_kinds(), .beacons = row->beacons};
    set->at = calloc(set->n, sizeof *set->at);
    if (!set->at)
        return false;
    for (unsigned i = 0; i < set->n; i++)
        make_one(&set->at[i], row, i, closes);
    return true;
}

void template_fini(struct template_set *set)
{
    for (unsigned i = 0; i < set->n; i++)
        body_fini(&set->at[i]);
    free(set->at);
    *set = (struct template_set){0};
}

static uint64_t random_next(struct stamper *s)
{
    s->random ^= s->random << 13;
    s->random ^= s->random >> 7;
    s->random ^= s->random << 17;
    return s->random;
}

static void write_hex(char *p, uint64_t value, int digits)
{
    while (digits--) {
        p[digits] = "0123456789abcdef"[value & 15];
        value >>= 4;
    }
}

static void write_decimal(char *p, uint64_t value, int digits)
{
    while (digits--) {
        p[digits] = (char)('0' + value % 10);
        value /= 10;
    }
}

static void write_be64(char *p, uint64_t value)
{
    for (int i = 7; i >= 0; i--, value >>= 8)
        p[i] = (char)value;
}

void template_stamp(struct body *b, struct stamper *s)
{
    for (size_t i = 0; i < b->patch_n; i++) {
        char *p = b->p + b->patches[i].at;
        switch (b->patches[i].kind) {
        case PATCH_ID:
            write_hex(p, s->id++, 16);
            break;
        case PATCH_VISITOR:
            write_hex(p, (s->in_turn ? s->turn++ : random_next(s)) % s->visitors, 8);
            break;
        case PATCH_TIME_TEXT:
            write_decimal(p, s->now, 13);
            break;
        case PATCH_TIME_BE64:
            write_be64(p, s->now);
            break;
        }
    }
}

const struct body *template_next(struct template_set *set, struct stamper *s)
{
    struct body *b = &set->at[set->next];
    set->next = set->next + 1 == set->n ? 0 : set->next + 1;
    template_stamp(b, s);
    return b;
}

void stamper_init(struct stamper *s, uint64_t seed, uint32_t visitors)
{
    *s = (struct stamper){.id = seed << 32, .random = seed | 1, .visitors = visitors};
    stamper_tick(s);
}

void stamper_tick(struct stamper *s)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME_COARSE, &t);
    s->now = (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}
