/* libonshikaku: online eligibility verification with the My Number Card. */
#ifndef ONSHIKAKU_H
#define ONSHIKAKU_H

#include "onshikaku/base.h"
#include "onshikaku/config.h"
#include "onshikaku/visit.h"
#include "onshikaku/answer.h"
#include "onshikaku/arrivals.h"
#include "onshikaku/bulk.h"
#include "onshikaku/emergency.h"
#include "onshikaku/card.h"
#include "onshikaku/message.h"
#include "onshikaku/match.h"
#include "onshikaku/fallback.h"
#include "onshikaku/audit.h"
#include "onshikaku/journal.h"
#include "onshikaku/doctor.h"
#include "onshikaku/tables.h"
#include "onshikaku/face.h"

#endif
