#include "comments.h"

#include "act.h"
#include "encode.h"
#include "surveys.h"

#include "footfall/comment.h"

#include "region.h"

#include <string.h>

#define SECTION_COMMENTS "cmnt"

bool comments_init(struct comments *c, uint32_t limit, uint16_t sites)
{
    *c = (struct comments){.limit = limit, .sites = sites};
    size_t most = (size_t)limit * sites + 1;
    c->rows = region_new(most, sizeof *c->rows);
    c->count = region_new(sites, sizeof *c->count);
    return pool_init(&c->pool, (uint32_t)most, sizeof(struct comment)) && c->rows && c->count;
}

void comments_fini(struct comments *c)
{
    pool_fini(&c->pool);
    region_free(&c->rows, (size_t)c->limit * c->sites + 1, sizeof *c->rows);
    region_free(&c->count, c->sites, sizeof *c->count);
}

static struct comment *comment_at(const struct comments *c, uint32_t number)
{
    return pool_at(&c->pool, number);
}

/* Of its texts. */
static size_t comment_bytes(const struct comment *c)
{
    return (size_t)c->text_n + c->topic_n + c->visitor_n;
}

static uint32_t *comments_of(const struct comments *c, uint16_t site)
{
    return c->rows + (size_t)site * c->limit;
}

/* Where a comment of this time belongs: behind those of the same. */
static uint32_t comments_place(const struct comments *c, uint16_t site, ff_wall time)
{
    const uint32_t *rows = comments_of(c, site);
    uint32_t low = 0, high = c->count[site];
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (comment_at(c, rows[middle])->time <= time)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void comments_drop_oldest(struct comments *c, uint16_t site)
{
    uint32_t *rows = comments_of(c, site);
    pool_give(&c->pool, rows[0]);
    memmove(rows, rows + 1, --c->count[site] * sizeof *rows);
}

/* A new comment in its place by time, or NULL: it is the oldest and there is no room. */
static struct comment *comments_add(struct comments *c, uint16_t site, ff_wall time)
{
    uint32_t place = comments_place(c, site, time);
    if (c->count[site] == c->limit) {
        c->evicted++;
        if (place == 0)
            return NULL;
        comments_drop_oldest(c, site);
        place--;
    }
    uint32_t *row = comments_of(c, site) + place, number = pool_take(&c->pool);
    assert(number);
    memmove(row + 1, row, (c->count[site]++ - place) * sizeof *row);
    *row = number;
    comment_at(c, number)->time = time;
    return comment_at(c, number);
}

static size_t text_copy(char *to, struct ff_span text, size_t most)
{
    size_t n = text.n < most ? text.n : most;
    if (n > 0)
        memcpy(to, text.p, n);
    return n;
}

void comments_put(struct fold *f, const struct ff_record *r, unsigned kind, unsigned scale)
{
    const struct ff_beacon *b = &r->beacon;
    struct comment *c = comments_add(&f->comments, b->site, act_time(r));
    if (!c)
        return;
    c->received = r->received;
    c->kind = (uint8_t)kind;
    c->scale = (uint8_t)scale;
    c->score = (uint8_t)b->number[FF_NUMBER_SCORE];
    char *to = c->text;
    to += c->text_n = (uint16_t)text_copy(to, b->text[FF_TEXT_COMMENT], COMMENT_TEXT_MAX);
    to += c->topic_n = (uint8_t)text_copy(to, b->text[FF_TEXT_TOPIC], COMMENT_TOPIC_MAX);
    if (!ff_has(b, FF_HAS(VISITOR)))
        return;
    c->visitor_n = (uint8_t)text_copy(to, b->text[FF_TEXT_VISITOR], COMMENT_VISITOR_MAX);
    c->visitor = hash_id(&f->seed, f->sites[b->site].scope, b->text[FF_TEXT_VISITOR]);
}

uint32_t comments_forget(struct fold *f, uint16_t site, uint64_t visitor)
{
    struct comments *c = &f->comments;
    uint32_t *rows = comments_of(c, site), kept = 0, n = c->count[site];
    for (uint32_t i = 0; i < n; i++) {
        const struct comment *comment = comment_at(c, rows[i]);
        if (comment->visitor_n > 0 && comment->visitor == visitor)
            pool_give(&c->pool, rows[i]);
        else
            rows[kept++] = rows[i];
    }
    c->count[site] = kept;
    return n - kept;
}

uint32_t fold_comments(const struct fold *f, uint16_t site)
{
    return f->comments.count[site];
}

void fold_comment(const struct fold *f, uint16_t site, uint32_t i, struct ff_comment *out)
{
    const struct comments *c = &f->comments;
    assert(i < c->count[site]);
    const struct comment *comment = comment_at(c, comments_of(c, site)[c->count[site] - 1 - i]);
    const char *topic = comment->text + comment->text_n, *visitor = topic + comment->topic_n;
    *out = (struct ff_comment){
        .time = comment->time,
        .received = comment->received,
        .kind = survey_kind_word(comment->kind),
        .scale = survey_scale_word(comment->scale),
        .score = comment->score,
        .text = ff_span_of(comment->text, comment->text_n),
        .topic = ff_span_of(topic, comment->topic_n),
        .visitor = ff_span_of(visitor, comment->visitor_n),
    };
}

/* --- image ---------------------------------------------------------------------------------- */

static void comment_put(struct image_out *out, const struct comment *c, ff_wall near)
{
    image_put_uint(out, (uint64_t)(c->time - near));
    wall_put(out, c->received, c->time);
    image_put_uint(out, c->kind);
    image_put_uint(out, c->scale);
    image_put_uint(out, c->score);
    image_put_uint(out, c->text_n);
    image_put_uint(out, c->topic_n);
    image_put_uint(out, c->visitor_n);
    if (c->visitor_n > 0)
        image_put_u64(out, c->visitor);
    image_put_bytes(out, c->text, comment_bytes(c));
}

/* The time of a site's first comment is put as it is, of the others the distance from the one before. */
void comments_save(const struct fold *f, struct image_out *out)
{
    const struct comments *c = &f->comments;
    image_put_section(out, SECTION_COMMENTS, SECTION_VERSION);
    image_put_uint(out, c->evicted);
    for (uint16_t site = 0; site < c->sites; site++) {
        ff_wall near = c->count[site] > 0 ? comment_at(c, comments_of(c, site)[0])->time : 0;
        image_put_uint(out, c->count[site]);
        wall_put(out, near, 0);
        for (uint32_t i = 0; i < c->count[site]; i++) {
            const struct comment *comment = comment_at(c, comments_of(c, site)[i]);
            comment_put(out, comment, near);
            near = comment->time;
        }
    }
}

static void comment_get(struct image_in *in, struct comment *c, ff_wall near)
{
    c->time = near + dur_get(in);
    image_check(in, c->time <= ACT_TIME_MAX);
    c->received = wall_get(in, c->time);
    c->kind = (uint8_t)image_uint_upto(in, UINT8_MAX);
    c->scale = (uint8_t)image_uint_upto(in, UINT8_MAX);
    c->score = (uint8_t)image_uint_upto(in, UINT8_MAX);
    c->text_n = (uint16_t)image_uint_upto(in, COMMENT_TEXT_MAX);
    c->topic_n = (uint8_t)image_uint_upto(in, COMMENT_TOPIC_MAX);
    c->visitor_n = (uint8_t)image_uint_upto(in, COMMENT_VISITOR_MAX);
    if (c->visitor_n > 0)
        c->visitor = image_u64(in);
    image_bytes(in, c->text, comment_bytes(c));
    image_check(in, survey_has_score(c->kind, c->scale, c->score) && c->text_n > 0);
}

/* The comments of one site of the image; of a site that is configured no more they are read over. */
static void comments_load_site(struct fold *f, struct image_in *in, uint16_t site)
{
    struct comments *all = &f->comments;
    uint64_t n = image_uint_upto(in, f->now == FF_NEVER ? 0 : UINT32_MAX);
    ff_wall near = wall_get(in, 0);
    for (uint64_t i = 0; i < n && in->ok; i++) {
        struct comment c = {.time = 0};
        comment_get(in, &c, near);
        near = c.time;
        struct comment *kept = in->ok && site != UINT16_MAX ? comments_add(all, site, c.time) : NULL;
        if (kept) /* pages that its texts do not reach stay untouched */
            memcpy(kept, &c, offsetof(struct comment, text) + comment_bytes(&c));
    }
}

bool comments_load(struct fold *f, struct image_in *in, const uint16_t *site_map, uint16_t site_count)
{
    uint32_t version;
    if (!image_section(in, SECTION_COMMENTS, SECTION_VERSION, &version))
        return false;
    f->comments.evicted = image_uint(in);
    for (uint16_t site = 0; site < site_count && in->ok; site++)
        comments_load_site(f, in, site_map[site]);
    return in->ok;
}
