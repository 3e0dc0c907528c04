#include "bar.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define BAR_WIDTH 30

void bar_init(struct bar *b, bool terminal, ff_mono now, uint64_t skipped)
{
    *b = (struct bar){terminal, now, now - FF_SECOND, skipped};
}

double bar_rate(const struct bar *b, uint64_t done, ff_mono now)
{
    ff_dur spent = now - b->started;
    if (spent < FF_MILLISECOND)
        spent = FF_MILLISECOND;
    return (double)(done - b->skipped) * FF_SECOND / (double)spent;
}

/* A whole number with commas between the thousands. */
static void print_grouped(char *out, size_t size, uint64_t number)
{
    char digits[24];
    int n = snprintf(digits, sizeof(digits), "%" PRIu64, number);
    size_t at = 0;
    for (int i = 0; i < n && at + 2 < size; i++) {
        out[at++] = digits[i];
        if (i + 1 < n && (n - i - 1) % 3 == 0)
            out[at++] = ',';
    }
    out[at] = '\0';
}

void bar_text(const struct bar *b, uint64_t done, uint64_t total, ff_mono now, char out[BAR_TEXT])
{
    char filled[BAR_WIDTH + 1], rate[32], left[32] = "";
    size_t part = (size_t)((double)done / (double)total * BAR_WIDTH);
    memset(filled, '#', part);
    memset(filled + part, '.', BAR_WIDTH - part);
    filled[BAR_WIDTH] = '\0';
    double speed = bar_rate(b, done, now);
    print_grouped(rate, sizeof(rate), (uint64_t)(speed + 0.5));
    if (speed > 0) {
        uint64_t seconds = (uint64_t)((double)(total - done) / speed + 0.5);
        snprintf(left, sizeof(left), "  %" PRIu64 ":%02u left", seconds / 60,
                 (unsigned)(seconds % 60));
    }
    snprintf(out, BAR_TEXT, "[%s] %3u %%  %s events/s%s", filled, (unsigned)(done * 100 / total),
             rate, left);
}

void bar_draw(struct bar *b, uint64_t done, uint64_t total, ff_mono now)
{
    if (!b->shown || now - b->drawn < FF_SECOND / 10)
        return;
    char text[BAR_TEXT];
    bar_text(b, done, total, now, text);
    fprintf(stderr, "\r%s\033[K", text);
    fflush(stderr);
    b->drawn = now;
}

void bar_clear(struct bar *b)
{
    if (!b->shown)
        return;
    fputs("\r\033[K", stderr);
    fflush(stderr);
    b->drawn -= FF_SECOND;
}
