#include "pace.h"

ff_dur pace_rest(struct pace *p, ff_mono now, ff_dur used)
{
    const ff_dur worked = used - p->worked, took = now - p->since;
    if (worked < PACE_WORK)
        return 0;
    pace_go_on(p, now, used);
    return took - worked > worked / 4 && now < p->until ? PACE_REST : 0;
}
