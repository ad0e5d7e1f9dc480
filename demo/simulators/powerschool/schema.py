"""Tables of the simulated PowerSchool with their columns: what a district's database holds.

More columns than anybody needs are here on purpose (ssn, comments, log entries): a plugin must ask
for what it reads, and what it does not ask for must stay out of its answers.
"""

from __future__ import annotations

CHANGED = ("transaction_date", "whenmodified")

_COLUMNS = {
    "students": "dcid id student_number state_studentnumber lastfirst first_name middle_name "
    "last_name gender dob ssn street city zip home_phone guardianemail grade_level schoolid "
    "enrollment_schoolid enroll_status entrydate exitdate entrycode exitcode exitcomment fteid "
    "track fedethnicity ethnicity lunchstatus districtentrydate transaction_date",
    "reenrollments": "dcid id studentid schoolid grade_level entrydate exitdate entrycode "
    "exitcode exitcomment fteid track type lunchstatus",
    "studentrace": "dcid id studentid racecd whenmodified",
    "schools": "dcid id school_number name abbreviation low_grade high_grade district_number "
    "principal principalemail issummerschool state_excludefromreporting transaction_date",
    "terms": "dcid id schoolid yearid name abbreviation firstday lastday portion isyearrec "
    "noofdays transaction_date",
    "termbins": "dcid id schoolid termid yearid storecode description date1 date2 transaction_date",
    "calendar_day": "dcid id schoolid date_value insession membershipvalue a b c d e f type note "
    "bell_schedule_id cycle_day_id",
    "bell_schedule": "dcid id schoolid year_id name attendance_conversion_id",
    "fte": "dcid id schoolid yearid name fte_value dflt_att_mode_code dflt_conversion_mode_code",
    "attendance_code": "dcid id schoolid yearid att_code description presence_status_cd "
    "calculate_ada_yn calculate_adm_yn sortorder",
    "attendance_conversion_items": "dcid id attendance_conversion_id fteid "
    "conversion_mode_code input_value attendance_value daypartid",
    "attendance": "id studentid schoolid yearid att_date att_mode_code attendance_codeid "
    "calendar_dayid periodid ccid total_minutes att_comment transaction_date",
    "courses": "dcid id course_number course_name credittype credit_hours "
    "sched_coursesubjectareacode excludefromgpa schoolid gradescaleid transaction_date",
    "sections": "dcid id section_number course_number schoolid termid teacher att_mode_code "
    "no_of_students excludefromgpa gradescaleid room transaction_date",
    "cc": "dcid id studentid sectionid schoolid termid dateenrolled dateleft course_number "
    "section_number teacherid studyear transaction_date",
    "sectionteacher": "id teacherid sectionid roleid start_date end_date whenmodified",
    "schoolstaff": "dcid id schoolid users_dcid staffstatus status transaction_date",
    "users": "dcid first_name last_name title email_addr teachernumber homeschoolid loginid ssn "
    "home_phone transaction_date",
    "storedgrades": "dcid studentid sectionid schoolid schoolname termid storecode datestored "
    "grade percent gpa_points gpa_addedvalue earnedcrhrs potentialcrhrs course_number course_name "
    "credit_type grade_level excludefromgpa gradescale_name teacher_name comment_value "
    "transaction_date",
    "pgfinalgrades": "dcid id studentid sectionid finalgradename startdate enddate grade percent "
    "lastgradeupdate isexempt isincomplete comment_value transaction_date",
    "gradescaleitem": "dcid id gradescaleid name grade_points cutoffpercentage countsingpa "
    "graduationcredit whenmodified",
    "log": "dcid studentid schoolid logtypeid entry_date entry subtype consequence "
    "discipline_incidentdate discipline_actiondate discipline_durationassigned "
    "discipline_durationactual discipline_reporter",
    "gen": "dcid id cat name value schoolid yearid",
    "spenrollments": "dcid id studentid schoolid programid enter_date exit_date gradelevel "
    "exitcode sp_comment",
    "incident": "incident_id school_number incident_ts incident_title incident_detail_desc",
    "incident_detail": "incident_detail_id incident_id lu_code_id lu_sub_code_id",
    "incident_person_role": "id incident_id studentid role_incident_detail_id",
    "incident_action": "action_incident_detail_id incident_id action_plan_begin_dt "
    "action_plan_end_dt action_resolved_desc duration_assigned duration_actual",
    "incident_lu_code": "lu_code_id code_type incident_category",
    "incident_lu_sub_code": "lu_sub_code_id lu_code_id short_desc long_desc sub_category",
}

TABLES: dict[str, tuple[str, ...]] = {name: tuple(c.split()) for name, c in _COLUMNS.items()}


def key_of(table: str) -> str:
    """The column that numbers the rows of a table."""
    return TABLES[table][0]


def changed_column(table: str) -> str | None:
    """The column that says when a row was written last; None: the table has none."""
    return next((name for name in CHANGED if name in TABLES[table]), None)


# what a district keeps discipline in: the log, or incident management
INCIDENTS = tuple(name for name in TABLES if name.startswith("incident"))
