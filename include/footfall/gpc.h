/* Gpc: what a site does with the beacons of those who ask not to be tracked (Sec-GPC, DNT). */
#ifndef FOOTFALL_GPC_H
#define FOOTFALL_GPC_H

enum ff_gpc {
    FF_GPC_COUNT,     /* counts them like all others */
    FF_GPC_ANONYMOUS, /* keeps no visitor of them: they count in sums only */
    FF_GPC_DROP,      /* takes nothing of them */
};

#endif
