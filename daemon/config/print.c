#include "config.h"

#include "keys.h"

#include <inttypes.h>

/* A text as YAML takes it: bare where that is safe anywhere, else in quotes. */
static void print_text(FILE *out, struct ff_span text)
{
    bool bare = text.n > 0;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z', digit = c >= '0' && c <= '9';
        bare = bare && (letter || digit || (c && strchr(i ? "._-/+" : "/", c)));
    }
    if (bare && !ff_span_is(text, "null") && !ff_span_is(text, "Null") &&
        !ff_span_is(text, "NULL")) {
        fprintf(out, "%.*s", (int)text.n, text.p);
        return;
    }
    putc('"', out);
    for (size_t i = 0; i < text.n; i++)
        fprintf(out, "%s%c", text.p[i] == '"' || text.p[i] == '\\' ? "\\" : "", text.p[i]);
    putc('"', out);
}

static void print_list(FILE *out, const char *const *items)
{
    putc('[', out);
    for (size_t i = 0; items[i]; i++) {
        fputs(i ? ", " : "", out);
        print_text(out, ff_span_text(items[i]));
    }
    putc(']', out);
}

/* The keys of a site, each as it was given. */
static void print_bearers(FILE *out, const struct ff_key *keys)
{
    const struct key *right = key_find(&bearer_keys, FF_LITERAL("right"));
    putc('[', out);
    for (size_t i = 0; keys[i].text; i++) {
        char text[KEY_TEXT_SIZE];
        key_print(right, &keys[i].right, text);
        fprintf(out, "%s{%s: ", i ? ", " : "", *keys[i].file ? "key_file" : "key");
        print_text(out, ff_span_text(*keys[i].file ? keys[i].file : keys[i].text));
        fprintf(out, ", right: %s}", text);
    }
    putc(']', out);
}

/* The value of a key in the struct at base. */
static void print_value(FILE *out, const struct key *k, const void *base)
{
    const void *member = (const char *)base + k->offset;
    char text[KEY_TEXT_SIZE];
    switch (key_form(k)) {
    case KEY_PLAIN:
        key_print(k, member, text);
        fputs(text, out);
        break;
    case KEY_STRING:
        print_text(out, ff_span_text(*(const char *const *)member));
        break;
    case KEY_LIST:
        print_list(out, *(const char *const *const *)member);
        break;
    case KEY_MAPS:
        print_bearers(out, *(const struct ff_key *const *)member);
        break;
    }
}

/* The default of a key, as its row writes it. */
static void print_preset(FILE *out, const struct key *k)
{
    if (!key_is_list(k)) {
        print_text(out, ff_span_text(k->preset));
        return;
    }
    putc('[', out);
    for (const char *p = k->preset; *p;) {
        size_t n = strcspn(p, ",");
        print_text(out, ff_span_of(p, n));
        p += n;
        if (*p == ',')
            fputs(", ", out), p++;
    }
    putc(']', out);
}

/* Bytes of name up to the last dot: its section. */
static size_t section_length(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot ? (size_t)(dot - name) : 0;
}

/* Opens the sections of a key that are not those of the key before, outermost first. Gives how
 * deep the key stands. */
static int print_sections(FILE *out, const char *name, const char *before)
{
    int depth = 0;
    bool same = true;
    for (const char *p = name, *dot; (dot = strchr(p, '.')); p = dot + 1, depth++) {
        size_t n = (size_t)(dot - name) + 1;
        same = same && strncmp(name, before, n) == 0;
        if (!same)
            fprintf(out, "%*s%.*s:\n", 2 * depth, "", (int)(dot - p), p);
    }
    return depth;
}

/* All keys in their sections: with the values of c, or as a sample with presets and words. */
static void print_keys(FILE *out, const struct ff_config *c)
{
    const char *before = "";
    for (size_t i = 0; i < config_keys.n; i++) {
        const struct key *k = &config_keys.rows[i];
        size_t section = section_length(k->name);
        if (!c && (section != section_length(before) || strncmp(k->name, before, section) != 0))
            putc('\n', out);
        int depth = print_sections(out, k->name, before);
        if (!c)
            fprintf(out, "%*s# %s%s\n", 2 * depth, "", k->help, k->reloadable ? " [reload]" : "");
        fprintf(out, "%*s%s: ", 2 * depth, "", k->name + section + (section > 0));
        if (c)
            print_value(out, k, c);
        else
            print_preset(out, k);
        putc('\n', out);
        before = k->name;
    }
}

static void print_sample_sites(FILE *out)
{
    fputs("\n# The shops. With none there is one site, default. A site looks like this:\n"
          "#  - id: shop  # ",
          out);
    fprintf(out, "%s\n", site_keys.rows[0].help);
    for (size_t i = 1; i < site_keys.n; i++) {
        const struct key *k = &site_keys.rows[i];
        fprintf(out, "#    %s: ", k->name);
        print_preset(out, k);
        fprintf(out, "  # %s%s\n", k->help, k->reloadable ? " [reload]" : "");
    }
    for (size_t i = 0; i < bearer_keys.n; i++)
        fprintf(out, "#    # of a key: %s: %s\n", bearer_keys.rows[i].name, bearer_keys.rows[i].help);
    fputs("sites: []\n", out);
}

void config_print_sample(FILE *out)
{
    fputs("# footfalld's configuration: every key with its default. Give the file with -c, and "
          "single\n"
          "# keys with -o session.timeout=45m. What is left out is as it stands here.\n"
          "#\n"
          "# Durations: 500ms, 90s, 30m, 1h, 7d. Sizes: bytes, or 64k, 1M, 2G in powers of 1024.\n"
          "# Counts: 1000, or 10k, 16M, 1G in powers of 1000.\n"
          "# Keys marked [reload] follow a SIGHUP; all others need a restart.\n",
          out);
    print_keys(out, NULL);
    print_sample_sites(out);
}

void config_dump(const struct ff_config *c, bool secrets, FILE *out)
{
    print_keys(out, c);
    fputs("sites:\n", out);
    for (size_t i = 0; i < c->site_count; i++)
        for (size_t k = 0; k < site_keys.n; k++) {
            if (!secrets && key_form(&site_keys.rows[k]) == KEY_MAPS)
                continue;
            fprintf(out, "  %s %s: ", k ? " " : "-", site_keys.rows[k].name);
            print_value(out, &site_keys.rows[k], &c->sites[i]);
            putc('\n', out);
        }
}

static void print_help_of(FILE *out, const struct key_list *list)
{
    for (size_t i = 0; i < list->n; i++) {
        const struct key *k = &list->rows[i];
        fprintf(out, "      %s%s%s: %s\n", k->name, k->preset && *k->preset ? "=" : "",
                k->preset ? k->preset : "", k->help);
    }
}

void config_print_help(FILE *out)
{
    for (size_t i = 0; i < config_keys.n; i++) {
        const struct key *k = &config_keys.rows[i];
        fprintf(out, "  %s=%s\n      %s\n", k->name, k->preset, k->help);
    }
    fputs("  sites (in the file only), each with:\n", out);
    print_help_of(out, &site_keys);
    fputs("  keys of a site, each with:\n", out);
    print_help_of(out, &bearer_keys);
}
