/* Rights: what the bearer of a key may send. */
#ifndef FOOTFALL_RIGHT_H
#define FOOTFALL_RIGHT_H

enum ff_right {
    FF_RIGHT_TRACK,  /* what pages and apps send: every event of a session */
    FF_RIGHT_OFFICE, /* the same, and refund, support_* and spend */
};

/* A key of a site. */
struct ff_key {
    const char *text; /* 1 to FF_KEY_MAX bytes of visible ASCII */
    const char *file; /* whose first line it was read from; "": none, it stands in the configuration */
    enum ff_right right;
};

#define FF_KEY_MAX 256

#endif
