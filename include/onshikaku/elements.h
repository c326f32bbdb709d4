/* Elements of the messages. Made from lib/message/elements.def: do not edit. */
#ifndef ONSHIKAKU_ELEMENTS_H
#define ONSHIKAKU_ELEMENTS_H
enum {
	ONSHI_EL_INSURER_NUMBER			= 201,	/* InsurerNumber */
	ONSHI_EL_INSURED_CARD_SYMBOL		= 202,
	ONSHI_EL_INSURED_IDENTIFICATION_NUMBER	= 203,
	ONSHI_EL_NAME				= 204,
	ONSHI_EL_BIRTHDATE			= 205,
	ONSHI_EL_DRUG_NAME			= 206,
	ONSHI_EL_QUANTITY			= 207,
	ONSHI_EL_UNIT				= 208
};
#endif
