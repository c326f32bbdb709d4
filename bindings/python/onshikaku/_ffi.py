"""The one module that touches the C library: loading and declarations.

Nothing above it knows ctypes. The table is compared with the headers and the
library by the tests.
"""

from __future__ import annotations

import ctypes as C
import os
import sys
from ctypes import (
    POINTER as P,
)
from ctypes import (
    Structure,
    c_char,
    c_char_p,
    c_int,
    c_int32,
    c_int64,
    c_size_t,
    c_uint8,
    c_uint32,
    c_void_p,
)
from pathlib import Path
from typing import Any

ABI = 1


class Root(Structure):
    pass


class Config(Structure):
    pass


class Error(Structure):
    pass


class Operator(Structure):
    pass


class Bulk(Structure):
    pass


class Doctor(Structure):
    pass


class Fallback(Structure):
    pass


class Visit(Structure):
    pass


class Answer(Structure):
    pass


class Record(Structure):
    pass


class Certificate(Structure):
    pass


class Card(Structure):
    pass


class Readers(Structure):
    pass


class Message(Structure):
    pass


class Match(Structure):
    pass


class Audit(Structure):
    pass


class Arrivals(Structure):
    pass


class Emergency(Structure):
    pass


class Exchange(Structure):
    pass


class FaceExchange(Structure):
    pass


# Calls into Python: a table's members, after the tables of tables.h.
WAIT_FN = C.CFUNCTYPE(c_int, c_void_p, c_int, c_int32)
HOLD_FN = C.CFUNCTYPE(c_int, c_void_p, c_int32)
TRANSMIT_FN = C.CFUNCTYPE(
    c_int, c_void_p, P(c_uint8), c_size_t, P(c_uint8), P(c_size_t), c_int32
)
SELF_FN = C.CFUNCTYPE(None, c_void_p)
CARRIES_FN = C.CFUNCTYPE(c_int, c_void_p, c_char_p)
OPEN_FN = C.CFUNCTYPE(c_int, c_void_p, c_int32, P(c_void_p))
EXCHANGE_FN = C.CFUNCTYPE(c_int, c_void_p, c_void_p, P(Exchange))
SESSION_FN = C.CFUNCTYPE(None, c_void_p, c_void_p)
CHECK_FN = C.CFUNCTYPE(c_int, c_void_p, P(FaceExchange))
CLOCK_FN = C.CFUNCTYPE(c_int64, c_void_p)
LINE_FN = C.CFUNCTYPE(None, c_void_p, c_char_p)
ENTRY_FN = C.CFUNCTYPE(c_int, c_void_p, P(c_char), c_size_t)


class ReaderOps(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("wait", WAIT_FN),
        ("hold", HOLD_FN),
        ("release", HOLD_FN),
        ("transmit", TRANSMIT_FN),
        ("cancel", SELF_FN),
        ("done", SELF_FN),
    ]


class LinkOps(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("carries", CARRIES_FN),
        ("open", OPEN_FN),
        ("exchange", EXCHANGE_FN),
        ("cancel", SESSION_FN),
        ("close", SESSION_FN),
        ("done", SELF_FN),
    ]


class FaceOps(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("check", CHECK_FN),
        ("cancel", SELF_FN),
        ("done", SELF_FN),
    ]


class ClockOps(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("wall", CLOCK_FN),
        ("steady", CLOCK_FN),
        ("boot", CLOCK_FN),
        ("done", SELF_FN),
    ]


class LogOps(Structure):
    _fields_ = [("size", c_size_t), ("line", LINE_FN), ("done", SELF_FN)]


class AuditOps(Structure):
    _fields_ = [("size", c_size_t), ("entry", ENTRY_FN), ("done", SELF_FN)]


# Every function: name, result, arguments.
FUNCTIONS: tuple[tuple[str, Any, tuple[Any, ...]], ...] = (
    # base.h
    ("onshi_new", c_int, (c_uint32, P(Config), P(P(Root)))),
    ("onshi_free", None, (P(P(Root)),)),
    ("onshi_abi", c_uint32, ()),
    ("onshi_version", c_char_p, ()),
    ("onshi_version_number", c_uint32, ()),
    ("onshi_last_error", P(Error), (P(Root),)),
    ("onshi_wipe", None, (c_void_p, c_size_t)),
    ("onshi_error_code", c_int, (P(Error),)),
    ("onshi_error_text", c_char_p, (P(Error),)),
    ("onshi_error_phase", c_int, (P(Error),)),
    ("onshi_error_ms", c_int32, (P(Error), c_int)),
    ("onshi_error_tries_left", c_int, (P(Error),)),
    ("onshi_error_status_word", c_int, (P(Error),)),
    ("onshi_error_rule", c_char_p, (P(Error),)),
    ("onshi_error_reason", c_char_p, (P(Error),)),
    ("onshi_error_sent", c_int, (P(Error),)),
    ("onshi_error_outcome", c_int, (P(Error),)),
    ("onshi_error_retry_after", c_int32, (P(Error),)),
    ("onshi_error_may_retry", c_int, (P(Error),)),
    ("onshi_error_service_code", c_char_p, (P(Error),)),
    ("onshi_error_service_text", c_char_p, (P(Error),)),
    ("onshi_error_system", c_int64, (P(Error),)),
    ("onshi_phase_name", c_char_p, (c_int,)),
    ("onshi_sent_name", c_char_p, (c_int,)),
    ("onshi_result_name", c_char_p, (c_int,)),
    ("onshi_result_text", c_char_p, (c_int, c_char_p)),
    ("onshi_result_remedy", c_char_p, (c_int, c_char_p)),
    ("onshi_result_class", c_int, (c_int,)),
    ("onshi_result_at", c_int, (c_size_t, P(c_int))),
    # config.h
    ("onshi_config_new", c_int, (P(P(Config)),)),
    ("onshi_config_free", None, (P(P(Config)),)),
    ("onshi_config_load", c_int, (P(Config), c_char_p)),
    ("onshi_config_set", c_int, (P(Config), c_char_p, c_char_p)),
    ("onshi_config_set_bytes", c_int, (P(Config), c_char_p, P(c_uint8), c_size_t)),
    ("onshi_config_set_secret", c_int, (P(Config), c_char_p, P(c_uint8), c_size_t)),
    ("onshi_config_text", c_int, (P(Config), c_char_p, P(c_char_p))),
    ("onshi_config_key_at", c_int, (c_size_t, c_char_p, P(c_char_p), P(c_char_p))),
    ("onshi_config_error", P(Error), (P(Config),)),
    # visit.h
    ("onshi_operator_new", c_int, (P(Root), c_char_p, c_int, c_int, P(P(Operator)))),
    ("onshi_operator_free", None, (P(P(Operator)),)),
    ("onshi_visit_new", c_int, (P(Root), c_int, P(P(Visit)))),
    ("onshi_visit_free", None, (P(P(Visit)),)),
    ("onshi_visit_end", c_int, (P(Visit),)),
    ("onshi_visit_set_method", c_int, (P(Visit), c_int)),
    ("onshi_visit_set_consent", c_int, (P(Visit), c_int, c_int)),
    ("onshi_visit_set_patient", c_int, (P(Visit), c_char_p)),
    ("onshi_visit_set_operator", c_int, (P(Visit), P(Operator))),
    ("onshi_visit_set_anew", c_int, (P(Visit), c_int)),
    ("onshi_visit_set_reader", c_int, (P(Visit), c_char_p)),
    ("onshi_visit_set_register_use", c_int, (P(Visit), c_int)),
    ("onshi_visit_set_text", c_int, (P(Visit), c_int, c_char_p)),
    ("onshi_visit_set_pin", c_int, (P(Visit), c_char_p, c_uint32)),
    ("onshi_visit_confirm", c_int, (P(Visit), P(Operator), c_int)),
    ("onshi_visit_set_deadline", c_int, (P(Visit), c_int32)),
    ("onshi_visit_set_blocking", c_int, (P(Visit), c_int)),
    ("onshi_visit_advance", c_int, (P(Visit),)),
    ("onshi_visit_get", c_int, (P(Visit), c_int, P(Operator), P(P(Answer)))),
    ("onshi_visit_person", c_int, (P(Visit), P(P(Record)))),
    ("onshi_visit_file", c_char_p, (P(Visit),)),
    ("onshi_arrivals_new", c_int, (P(Root), c_int, P(P(Arrivals)))),
    ("onshi_arrivals_free", None, (P(P(Arrivals)),)),
    ("onshi_arrivals_set_deadline", c_int, (P(Arrivals), c_int32)),
    ("onshi_arrivals_set_blocking", c_int, (P(Arrivals), c_int)),
    ("onshi_arrivals_next", c_int, (P(Arrivals), P(P(Visit)))),
    ("onshi_arrivals_fd", c_int64, (P(Arrivals),)),
    ("onshi_arrivals_cancel", None, (P(Arrivals),)),
    ("onshi_arrivals_error", P(Error), (P(Arrivals),)),
    ("onshi_visit_seal", c_int, (P(Visit), P(c_char_p))),
    ("onshi_visit_open", c_int, (P(Root), c_char_p, P(Operator), P(P(Visit)))),
    ("onshi_visit_may", c_int, (P(Visit), c_int, P(Operator))),
    ("onshi_visit_withdraw", c_int, (P(Visit), c_int)),
    ("onshi_visit_cancel", None, (P(Visit),)),
    ("onshi_visit_fd", c_int64, (P(Visit),)),
    ("onshi_visit_error", P(Error), (P(Visit),)),
    ("onshi_visit_id", c_char_p, (P(Visit),)),
    ("onshi_visit_consent", c_int,
     (P(Visit), c_int, P(c_int), P(c_int), P(c_int64), P(c_int64))),
    ("onshi_visit_certificate", P(Certificate), (P(Visit),)),
    ("onshi_visit_method", c_int, (P(Visit),)),
    ("onshi_visit_carrier", c_int, (P(Visit),)),
    ("onshi_visit_apdus", c_int32, (P(Visit),)),
    ("onshi_visit_apdu_bytes", c_int32, (P(Visit),)),
    ("onshi_visit_ms", c_int32, (P(Visit), c_int)),
    ("onshi_visit_is_recorded", c_int, (P(Visit),)),
    ("onshi_notice_text", c_char_p, (P(Root), c_int, c_int, c_char_p)),
    ("onshi_purpose_name", c_char_p, (c_int,)),
    ("onshi_purpose_text", c_char_p, (c_int, c_char_p)),
    ("onshi_method_name", c_char_p, (c_int,)),
    ("onshi_method_text", c_char_p, (c_int, c_char_p)),
    ("onshi_category_name", c_char_p, (c_int,)),
    ("onshi_category_text", c_char_p, (c_int, c_char_p)),
    ("onshi_consent_name", c_char_p, (c_int,)),
    ("onshi_licence_name", c_char_p, (c_int,)),
    ("onshi_licence_text", c_char_p, (c_int, c_char_p)),
    ("onshi_sign_in_name", c_char_p, (c_int,)),
    ("onshi_sign_in_text", c_char_p, (c_int, c_char_p)),
    ("onshi_need_name", c_char_p, (c_int,)),
    ("onshi_need_text", c_char_p, (c_int, c_char_p)),
    ("onshi_notice_name", c_char_p, (c_int,)),
    # answer.h
    ("onshi_outcome_class", c_int, (c_int,)),
    ("onshi_outcome_name", c_char_p, (c_int,)),
    ("onshi_outcome_text", c_char_p, (c_int, c_char_p)),
    ("onshi_outcome_remedy", c_char_p, (c_int, c_char_p)),
    ("onshi_answer_free", None, (P(P(Answer)),)),
    ("onshi_answer_outcome", c_int, (P(Answer),)),
    ("onshi_answer_time", c_int64, (P(Answer),)),
    ("onshi_answer_expires", c_int64, (P(Answer),)),
    ("onshi_answer_clock_apart", c_int64, (P(Answer),)),
    ("onshi_answer_head", c_int, (P(Answer), P(P(Record)))),
    ("onshi_answer_next", c_int, (P(Answer), P(P(Record)))),
    ("onshi_answer_rewind", c_int, (P(Answer),)),
    ("onshi_answer_error", P(Error), (P(Answer),)),
    ("onshi_record_text", c_int, (P(Record), c_int, P(c_char_p))),
    ("onshi_record_text_named", c_int, (P(Record), c_char_p, P(c_char_p))),
    ("onshi_record_number", c_int, (P(Record), c_int, P(c_int64))),
    ("onshi_record_date", c_int, (P(Record), c_int, P(c_int32))),
    ("onshi_record_time", c_int, (P(Record), c_int, P(c_int64))),
    ("onshi_record_code", c_int, (P(Record), c_int, P(c_char_p), P(c_char_p))),
    ("onshi_record_outcome", c_int, (P(Record),)),
    ("onshi_record_child", c_int, (P(Record), c_int, P(P(Record)))),
    ("onshi_record_child_at", c_int, (P(Record), c_int, c_size_t, P(P(Record)))),
    ("onshi_record_copy", c_int, (P(Record), c_int, P(c_char), c_size_t)),
    ("onshi_record_decimal", c_int, (P(Record), c_int, P(c_int64), P(c_int))),
    ("onshi_element_text", c_char_p, (c_int, c_char_p)),
    ("onshi_record_at", c_int,
     (P(Record), c_size_t, P(c_int), P(c_char_p), P(c_char_p), P(P(Record)))),
    ("onshi_record_is_list", c_int, (P(Record), c_size_t)),
    ("onshi_element_name", c_char_p, (c_int,)),
    ("onshi_element_number", c_int, (c_char_p,)),
    ("onshi_element_is_list", c_int, (c_int,)),
    ("onshi_element_at", c_int, (c_size_t, P(c_int))),
    # doctor.h
    ("onshi_doctor_new", c_int, (P(Config), P(P(Doctor)))),
    ("onshi_doctor_free", None, (P(P(Doctor)),)),
    ("onshi_doctor_run", c_int, (P(Doctor),)),
    ("onshi_doctor_at", c_int,
     (P(Doctor), c_size_t, P(c_char_p), P(c_int), P(c_int))),
    ("onshi_doctor_text", c_char_p, (P(Doctor), c_size_t, c_char_p)),
    ("onshi_doctor_remedy", c_char_p, (P(Doctor), c_size_t, c_char_p)),
    ("onshi_doctor_error", P(Error), (P(Doctor),)),
    ("onshi_health_name", c_char_p, (c_int,)),
    ("onshi_owner_name", c_char_p, (c_int,)),
    ("onshi_owner_text", c_char_p, (c_int, c_char_p)),
    # fallback.h
    ("onshi_fallback_new", c_int, (P(Config), P(P(Fallback)))),
    ("onshi_fallback_free", None, (P(P(Fallback)),)),
    ("onshi_fallback_for", c_int, (P(Fallback), c_int, c_int32)),
    ("onshi_fallback_day", c_int32, (P(Fallback),)),
    ("onshi_fallback_at", c_int, (
        P(Fallback), c_size_t, P(c_int), P(c_int), P(c_int32), P(c_int32))),
    ("onshi_fallback_text", c_char_p, (P(Fallback), c_size_t, c_char_p)),
    ("onshi_fallback_ask", c_char_p, (P(Fallback), c_size_t, c_char_p)),
    ("onshi_fallback_share", c_int, (P(Fallback), c_size_t)),
    ("onshi_fallback_field_at", c_int, (
        P(Fallback), c_size_t, c_size_t, P(c_int))),
    ("onshi_fallback_again", c_int, (P(Fallback),)),
    ("onshi_fallback_error", P(Error), (P(Fallback),)),
    ("onshi_paper_name", c_char_p, (c_int,)),
    ("onshi_paper_text", c_char_p, (c_int, c_char_p)),
    ("onshi_standing_name", c_char_p, (c_int,)),
    ("onshi_standing_text", c_char_p, (c_int, c_char_p)),
    ("onshi_share_name", c_char_p, (c_int,)),
    ("onshi_share_text", c_char_p, (c_int, c_char_p)),
    ("onshi_field_name", c_char_p, (c_int,)),
    ("onshi_field_text", c_char_p, (c_int, c_char_p)),
    ("onshi_again_name", c_char_p, (c_int,)),
    ("onshi_again_text", c_char_p, (c_int, c_char_p)),
    # bulk.h
    ("onshi_bulk_new", c_int, (P(Root), c_int, P(Operator), P(P(Bulk)))),
    ("onshi_bulk_free", None, (P(P(Bulk)),)),
    ("onshi_bulk_end", c_int, (P(Bulk),)),
    ("onshi_bulk_add", c_int, (P(Bulk), P(c_size_t))),
    ("onshi_bulk_set_text", c_int, (P(Bulk), c_int, c_char_p)),
    ("onshi_bulk_set_anew", c_int, (P(Bulk), c_int)),
    ("onshi_bulk_set_deadline", c_int, (P(Bulk), c_int32)),
    ("onshi_bulk_set_blocking", c_int, (P(Bulk), c_int)),
    ("onshi_bulk_ticket", c_int, (P(Bulk), P(c_char_p))),
    ("onshi_bulk_resume", c_int, (P(Bulk), c_char_p)),
    ("onshi_bulk_advance", c_int, (P(Bulk),)),
    ("onshi_bulk_later", c_int32, (P(Bulk),)),
    ("onshi_bulk_next", c_int, (P(Bulk), P(P(Record)))),
    ("onshi_bulk_place", c_int, (P(Bulk), P(c_size_t))),
    ("onshi_bulk_result_at", c_int, (P(Bulk), c_size_t, P(P(Record)))),
    ("onshi_bulk_visit", c_int, (P(Bulk), c_int, P(P(Visit)))),
    ("onshi_bulk_receipt", c_char_p, (P(Bulk),)),
    ("onshi_bulk_taken", c_size_t, (P(Bulk),)),
    ("onshi_bulk_count", c_size_t, (P(Bulk),)),
    ("onshi_bulk_cancel", None, (P(Bulk),)),
    ("onshi_bulk_fd", c_int64, (P(Bulk),)),
    ("onshi_bulk_error", P(Error), (P(Bulk),)),
    ("onshi_bulk_id", c_char_p, (P(Bulk),)),
    ("onshi_bulk_is_recorded", c_int, (P(Bulk),)),
    ("onshi_bulk_kind_name", c_char_p, (c_int,)),
    ("onshi_bulk_kind_text", c_char_p, (c_int, c_char_p)),

    # emergency.h
    ("onshi_operator_new_emergency", c_int,
     (P(Root), c_char_p, c_int, c_int, c_int, c_char_p, P(P(Operator)))),
    ("onshi_emergency_new", c_int, (P(Root), c_int, P(Operator), P(P(Emergency)))),
    ("onshi_emergency_free", None, (P(P(Emergency)),)),
    ("onshi_emergency_end", c_int, (P(Emergency),)),
    ("onshi_emergency_set_way", c_int, (P(Emergency), c_int)),
    ("onshi_emergency_set_text", c_int, (P(Emergency), c_int, c_char_p)),
    ("onshi_emergency_set_basis", c_int, (P(Emergency), c_int, c_char_p)),
    ("onshi_emergency_set_basis_of", c_int, (P(Emergency), c_int, c_int, c_char_p)),
    ("onshi_emergency_set_consenter", c_int, (P(Emergency), c_int)),
    ("onshi_emergency_set_identified", c_int, (P(Emergency), c_int)),
    ("onshi_emergency_set_want", c_int, (P(Emergency), c_int)),
    ("onshi_emergency_set_patient", c_int, (P(Emergency), c_char_p)),
    ("onshi_emergency_set_reader", c_int, (P(Emergency), c_char_p)),
    ("onshi_emergency_set_anew", c_int, (P(Emergency), c_int)),
    ("onshi_emergency_set_deadline", c_int, (P(Emergency), c_int32)),
    ("onshi_emergency_set_blocking", c_int, (P(Emergency), c_int)),
    ("onshi_emergency_acknowledge", c_int, (P(Emergency),)),
    ("onshi_emergency_advance", c_int, (P(Emergency),)),
    ("onshi_emergency_get", c_int, (P(Emergency), c_int, P(P(Answer)))),
    ("onshi_emergency_person", c_int, (P(Emergency), P(P(Record)))),
    ("onshi_emergency_confirm", c_int, (P(Emergency), c_int)),
    ("onshi_emergency_may", c_int, (P(Emergency), c_int)),
    ("onshi_emergency_activation", c_int, (P(Emergency),)),
    ("onshi_emergency_cancel", None, (P(Emergency),)),
    ("onshi_emergency_fd", c_int64, (P(Emergency),)),
    ("onshi_emergency_error", P(Error), (P(Emergency),)),
    ("onshi_emergency_id", c_char_p, (P(Emergency),)),
    ("onshi_emergency_ms", c_int32, (P(Emergency), c_int)),
    ("onshi_emergency_is_recorded", c_int, (P(Emergency),)),
    ("onshi_emergency_kind_name", c_char_p, (c_int,)),
    ("onshi_emergency_kind_text", c_char_p, (c_int, c_char_p)),
    ("onshi_way_name", c_char_p, (c_int,)),
    ("onshi_way_text", c_char_p, (c_int, c_char_p)),
    ("onshi_basis_name", c_char_p, (c_int,)),
    ("onshi_basis_text", c_char_p, (c_int, c_char_p)),
    ("onshi_consenter_name", c_char_p, (c_int,)),
    ("onshi_consenter_text", c_char_p, (c_int, c_char_p)),
    ("onshi_identified_name", c_char_p, (c_int,)),
    ("onshi_identified_text", c_char_p, (c_int, c_char_p)),
    ("onshi_want_name", c_char_p, (c_int,)),
    ("onshi_want_text", c_char_p, (c_int, c_char_p)),
    # card.h
    ("onshi_readers_new", c_int, (P(Root), P(P(Readers)))),
    ("onshi_readers_free", None, (P(P(Readers)),)),
    ("onshi_readers_list", c_int, (P(Readers),)),
    ("onshi_readers_error", P(Error), (P(Readers),)),
    ("onshi_readers_at", c_int, (P(Readers), c_size_t, P(c_char_p), P(c_int))),
    ("onshi_journal_at", c_int,
     (P(Root), c_size_t, P(c_char), c_size_t, P(c_char_p), P(c_int), P(c_int64))),
    ("onshi_request_name", c_char_p, (c_int,)),
    ("onshi_request_text", c_char_p, (c_int, c_char_p)),
    ("onshi_card_kind_name", c_char_p, (c_int,)),
    ("onshi_card_kind_text", c_char_p, (c_int, c_char_p)),
    ("onshi_card_new", c_int, (P(Root), P(P(Card)))),
    ("onshi_card_free", None, (P(P(Card)),)),
    ("onshi_card_set_deadline", c_int, (P(Card), c_int32)),
    ("onshi_card_open", c_int, (P(Card), c_char_p)),
    ("onshi_card_kind", c_int, (P(Card),)),
    ("onshi_card_pin_tries", c_int, (P(Card), P(c_int))),
    ("onshi_card_certificate", c_int, (P(Card), P(P(Certificate)))),
    ("onshi_card_sign", c_int, (P(Card), c_char_p, c_uint32, P(c_uint8), c_size_t)),
    ("onshi_card_signature", P(c_uint8), (P(Card), P(c_size_t))),
    ("onshi_card_check_face", c_int, (P(Card), c_char_p, c_uint32)),
    ("onshi_card_face", P(c_uint8), (P(Card), c_int, P(c_size_t))),
    ("onshi_part_name", c_char_p, (c_int,)),
    ("onshi_card_cancel", None, (P(Card),)),
    ("onshi_card_apdus", c_int32, (P(Card),)),
    ("onshi_card_apdu_bytes", c_int32, (P(Card),)),
    ("onshi_card_error", P(Error), (P(Card),)),
    ("onshi_certificate_state", c_int, (P(Certificate),)),
    ("onshi_certificate_state_name", c_char_p, (c_int,)),
    ("onshi_certificate_state_text", c_char_p, (c_int, c_char_p)),
    ("onshi_certificate_trust", c_int, (P(Certificate),)),
    ("onshi_trust_name", c_char_p, (c_int,)),
    ("onshi_trust_text", c_char_p, (c_int, c_char_p)),
    ("onshi_certificate_serial", c_char_p, (P(Certificate),)),
    ("onshi_certificate_not_before", c_int64, (P(Certificate),)),
    ("onshi_certificate_grace_end", c_int64, (P(Certificate),)),
    ("onshi_certificate_not_after", c_int64, (P(Certificate),)),
    ("onshi_certificate_bytes", P(c_uint8), (P(Certificate), P(c_size_t))),
    # message.h
    ("onshi_match_new", c_int, (P(P(Match)),)),
    ("onshi_match_free", None, (P(P(Match)),)),
    ("onshi_match_set_text", c_int, (P(Match), c_int, c_char_p)),
    ("onshi_match_set_item", c_int, (P(Match), c_size_t, c_int, c_char_p)),
    ("onshi_match_compare", c_int, (P(Match), P(Record), P(c_int))),
    ("onshi_match_at", c_int, (
        P(Match), c_size_t, P(c_int), P(c_int), P(c_char_p), P(c_char_p))),
    ("onshi_match_keep_at", c_int, (P(Match), c_size_t, P(c_int), P(c_char_p))),
    ("onshi_match_error", P(Error), (P(Match),)),
    ("onshi_difference_verdict", c_int, (c_int,)),
    ("onshi_difference_severity", c_int, (c_int,)),
    ("onshi_difference_name", c_char_p, (c_int,)),
    ("onshi_difference_text", c_char_p, (c_int, c_char_p)),
    ("onshi_difference_step", c_char_p, (c_int, c_char_p)),
    ("onshi_match_verdict_name", c_char_p, (c_int,)),
    ("onshi_match_verdict_text", c_char_p, (c_int, c_char_p)),
    ("onshi_severity_name", c_char_p, (c_int,)),
    ("onshi_severity_text", c_char_p, (c_int, c_char_p)),
    ("onshi_match_canonical", c_int, (c_int, c_char_p, P(c_char), c_size_t)),
    ("onshi_match_claim_name", c_int, (
        c_char_p, P(c_char), c_size_t, P(c_char), c_size_t)),
    ("onshi_match_hint_at", c_int, (
        c_int, c_char_p, c_size_t, P(c_int), P(c_size_t))),
    ("onshi_hint_name", c_char_p, (c_int,)),
    ("onshi_hint_text", c_char_p, (c_int, c_char_p)),
    ("onshi_message_new", c_int, (P(P(Message)),)),
    ("onshi_message_free", None, (P(P(Message)),)),
    ("onshi_message_read", c_int, (P(Message), c_char_p, P(c_uint8), c_size_t)),
    ("onshi_message_kind", c_char_p, (P(Message),)),
    ("onshi_message_candidate", c_int, (P(Message), c_size_t, P(c_char_p))),
    ("onshi_message_outcome", c_int, (P(Message),)),
    ("onshi_message_header", c_int, (P(Message), P(P(Record)))),
    ("onshi_message_body", c_int, (P(Message), P(P(Record)))),
    ("onshi_message_unknown", c_int, (P(Message), c_size_t, P(c_char_p))),
    ("onshi_message_finding", c_int, (P(Message), c_size_t, P(c_char_p), P(c_char_p))),
    ("onshi_message_error", P(Error), (P(Message),)),
    # audit.h
    ("onshi_audit_new", c_int, (c_char_p, P(P(Audit)))),
    ("onshi_audit_free", None, (P(P(Audit)),)),
    ("onshi_audit_init", c_int, (P(Audit), c_char_p, P(c_char), c_size_t)),
    ("onshi_audit_key_size", c_size_t, ()),
    ("onshi_audit_verify", c_int, (P(Audit), c_char_p, c_char_p, P(c_int))),
    ("onshi_audit_entries", c_int64, (P(Audit),)),
    ("onshi_audit_first_bad", c_int64, (P(Audit),)),
    ("onshi_audit_unmatched", c_int64, (P(Audit),)),
    ("onshi_audit_clock_jumps", c_int64, (P(Audit),)),
    ("onshi_audit_pruned", c_int64, (P(Audit),)),
    ("onshi_audit_missed", c_int64, (P(Audit),)),
    ("onshi_audit_prune", c_int, (P(Audit), c_char_p, c_int32, P(c_int64))),
    ("onshi_audit_set_retention", c_int, (P(Audit), c_int)),
    ("onshi_audit_verdict_name", c_char_p, (c_int,)),
    ("onshi_audit_verdict_text", c_char_p, (c_int, c_char_p)),
    ("onshi_audit_reseal", c_int,
     (P(Audit), c_char_p, c_char_p, c_uint32, P(c_char), c_size_t)),
    ("onshi_audit_head", c_int, (P(Audit), P(c_char_p))),
    ("onshi_audit_select", c_int, (P(Audit), c_int32, c_int32)),
    ("onshi_audit_next", c_int, (P(Audit), P(c_char_p), P(c_size_t))),
    ("onshi_audit_error", P(Error), (P(Audit),)),
    # face.h
    ("onshi_config_add_face", c_int, (P(Config), P(FaceOps), c_void_p)),
    ("onshi_face_id", c_char_p, (P(FaceExchange),)),
    ("onshi_face_purpose", c_int, (P(FaceExchange),)),
    ("onshi_face_asks", c_int, (P(FaceExchange), c_int)),
    ("onshi_face_allows", c_int, (P(FaceExchange), c_int)),
    ("onshi_face_registers", c_int, (P(FaceExchange),)),
    ("onshi_face_text", c_char_p, (P(FaceExchange), c_int, c_int, c_char_p)),
    ("onshi_face_timeout_ms", c_int32, (P(FaceExchange),)),
    ("onshi_face_is_cancelled", c_int, (P(FaceExchange),)),
    ("onshi_face_set_carrier", c_int, (P(FaceExchange), c_int)),
    ("onshi_face_set_method", c_int, (P(FaceExchange), c_int)),
    ("onshi_face_set_consent", c_int, (P(FaceExchange), c_int, c_int)),
    ("onshi_face_set_tries", c_int, (P(FaceExchange), c_int)),
    ("onshi_face_set_certificate", c_int, (P(FaceExchange), P(c_uint8), c_size_t)),
    ("onshi_face_set_proof", c_int, (P(FaceExchange), P(c_uint8), c_size_t)),
    ("onshi_face_to_sign", c_int, (P(FaceExchange), P(P(c_uint8)), P(c_size_t))),
    ("onshi_face_set_signature", c_int, (P(FaceExchange), P(c_uint8), c_size_t)),
    ("onshi_carrier_name", c_char_p, (c_int,)),
    ("onshi_carrier_text", c_char_p, (c_int, c_char_p)),
    # tables.h
    ("onshi_config_add_reader", c_int, (P(Config), c_char_p, P(ReaderOps), c_void_p)),
    ("onshi_config_set_link", c_int, (P(Config), P(LinkOps), c_void_p)),
    ("onshi_exchange_prefix", c_char_p, (P(Exchange),)),
    ("onshi_exchange_body", P(c_uint8), (P(Exchange), P(c_size_t))),
    ("onshi_exchange_request_id", c_char_p, (P(Exchange),)),
    ("onshi_exchange_token", c_char_p, (P(Exchange),)),
    ("onshi_exchange_timeout_ms", c_int32, (P(Exchange),)),
    ("onshi_exchange_is_again", c_int, (P(Exchange),)),
    ("onshi_form_name", c_char_p, (c_int,)),
    ("onshi_exchange_write", c_int, (P(Exchange), P(c_uint8), c_size_t)),
    ("onshi_exchange_set_rejected", None, (P(Exchange), c_int)),
    ("onshi_exchange_set_token", c_int, (P(Exchange), c_char_p)),
    ("onshi_exchange_set_sent", None, (P(Exchange), c_int)),
    ("onshi_exchange_set_retry_after", None, (P(Exchange), c_int32)),
    ("onshi_config_set_clock", c_int, (P(Config), P(ClockOps), c_void_p)),
    ("onshi_config_set_log", c_int, (P(Config), P(LogOps), c_void_p)),
    ("onshi_config_set_audit", c_int, (P(Config), P(AuditOps), c_void_p)),
    ("onshi_config_add_audit", c_int, (P(Config), P(AuditOps), c_void_p)),
)


def _candidates() -> list[str]:
    """An explicit path alone, else the copy beside the package, the soname."""
    names = {"win32": "onshikaku.dll", "darwin": "libonshikaku.0.dylib"}
    name = names.get(sys.platform, "libonshikaku.so.0")
    explicit = os.environ.get("ONSHIKAKU_LIBRARY")
    beside = Path(__file__).resolve().parent / name
    if explicit:
        return [explicit]
    return [*([str(beside)] if beside.exists() else []), name]


def _load() -> C.CDLL:
    tried = []
    for path in _candidates():
        try:
            return C.CDLL(path)
        except OSError as why:
            tried.append(f"{path}: {why}")
    raise ImportError("libonshikaku cannot be loaded; tried " + "; ".join(tried))


def _missing(name: str) -> Any:
    def call(*_args: object) -> None:
        raise NotImplementedError(f"this libonshikaku has no {name}")

    return call


class Library:
    """The library's functions as attributes, each with its types."""

    def __init__(self) -> None:
        self._cdll = _load()
        try:
            abi = self._cdll.onshi_abi
        except AttributeError as why:
            raise ImportError(f"{self._cdll._name} is no libonshikaku") from why
        abi.restype, abi.argtypes = c_uint32, ()
        if abi() < ABI:
            raise ImportError(f"libonshikaku has ABI {abi()}, this package needs {ABI}")
        for name, restype, argtypes in FUNCTIONS:
            try:
                function = getattr(self._cdll, name)
            except AttributeError:
                function = _missing(name)
            else:
                function.restype, function.argtypes = restype, argtypes
            setattr(self, name, function)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)


lib = Library()
