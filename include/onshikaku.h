/* libonshikaku: online eligibility verification with the My Number Card. */
#ifndef ONSHIKAKU_H
#define ONSHIKAKU_H
#endif
