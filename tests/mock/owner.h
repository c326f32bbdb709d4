/* Whose card lies there, where one person does for all tests of a program. */
#ifndef TESTS_MOCK_OWNER_H
#define TESTS_MOCK_OWNER_H

#include "tests/mock/reader_mock.h"

#define OWNER_BYTES	1571	/* of the certificate, as card.md counts */

static struct mock_identity *owner;

static inline void
make_owner(void)
{
	owner = mock_identity_new("adult", OWNER_BYTES);
}

static inline void
drop_owner(void)
{
	mock_identity_free(owner);
	mock_ca_free();
}

#endif
