/* What browsers are given: the files of the room web. */
#include "house_state.h"

#include "web.h"

#include <stdio.h>

/* How long a browser keeps a file before it asks again, in seconds: a new version of the daemon is on
 * all pages this long after its start. */
#define FILE_MAX_AGE 3600

static void file_answer(struct door *d, const struct client *client, const struct net_request *request,
                        const struct web_file *file)
{
    bool packed = web_accepts_gzip(request->accept_encoding);
    const struct web_form *form = packed ? &file->packed : &file->plain;
    bool known = answer_matches(request->if_none_match, form->etag);
    char headers[256];
    snprintf(headers, sizeof headers, "ETag: %s\r\nCache-Control: public, max-age=%d\r\nVary: Accept-Encoding\r\n%s",
             form->etag, FILE_MAX_AGE, packed && !known ? "Content-Encoding: gzip\r\n" : "");
    if (known)
        door_reply(d, client, 304, NULL, (struct ff_span){NULL, 0}, headers);
    else
        door_reply(d, client, 200, file->content_type, form->body, headers);
}

void door_tracker(struct door *d, const struct client *client, const struct net_request *request)
{
    file_answer(d, client, request, &web_tracker);
}
