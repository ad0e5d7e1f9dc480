-- The marts of a district of bench.students students, in one school year and half of the next: what
-- features read, drawn set by set. Rates are those of a usual district: 6 % absent, six courses,
-- two tests a window, one incident for every third student.
select setseed(0.42);

create temporary table days as
select years.school_year, cast(day as date) as calendar_date,
    cast(row_number() over (partition by years.school_year order by day) as integer) as day_number
from (values
    (2026, date '2025-08-25', date '2026-05-29'),
    (2027, date '2026-08-24', date '2027-05-28')
) as years (school_year, first_day, last_day)
cross join lateral generate_series(years.first_day, years.last_day, interval '1 day') as day
where extract(isodow from day) < 6;

create temporary table periods as
select * from (values
    (2026, 1, date '2025-08-25', date '2025-10-24'),
    (2026, 2, date '2025-10-27', date '2026-01-16'),
    (2026, 3, date '2026-01-19', date '2026-03-20'),
    (2026, 4, date '2026-03-23', date '2026-05-29'),
    (2027, 1, date '2026-08-24', date '2026-10-23'),
    (2027, 2, date '2026-10-26', date '2027-01-15'),
    (2027, 3, date '2027-01-18', date '2027-03-19'),
    (2027, 4, date '2027-03-22', date '2027-05-28')
) as periods (school_year, number, begin_date, end_date);

create temporary table schools as
select school_key from generate_series(1, greatest(2, :students / 1500)) as school_key;

create temporary table students as
select student_key, 1 + student_key % (select count(*) from schools) as school_key,
    -- every tenth moves to another school in the middle of the year
    student_key % 10 = 0 as moves,
    case when student_key % 3 = 0 then 'K-5' when student_key % 3 = 1 then '6-8' else '9-12' end
        as grade_band,
    case when student_key % 3 = 0 then '04' when student_key % 3 = 1 then '07' else '10' end
        as grade_level,
    -- absences differ between students, as they do
    0.12 * random() * random() * 2 as absence_share
from generate_series(1, :students) as student_key;
analyze students;

insert into marts.dim_school (school_key, school_id, has_calendar)
select school_key, school_key, true from schools;

insert into marts.dim_grading_period
    (grading_period_key, school_key, school_year, grading_period_name, period_sequence, begin_date,
    end_date, is_current_or_latest_begun, is_latest_closed)
select school_key * 100 + (school_year - 2026) * 10 + number, school_key, school_year, 'Quarter',
    number, begin_date, end_date, false, false
from schools cross join periods;

insert into marts.dim_attendance_day
select school_key, '*', school_year, calendar_date, day_number from schools cross join days;

insert into marts.fct_attendance_submission
select school_key, school_year, calendar_date, true, calendar_date + 1 from schools cross join days
where calendar_date < date :'as_of';

insert into marts.fct_enrollment_span
select student_key, school_key, grade_level, grade_band, first_date, last_date,
    min(first_date) over (partition by student_key, school_key), is_school_change
from (
    select student_key, school_key, grade_level, grade_band, date '2025-08-25' as first_date,
        case when moves then date '2026-01-16' else date '2026-05-29' end as last_date,
        false as is_school_change
    from students
    union all
    select student_key, 1 + (school_key + 1) % (select count(*) from schools), grade_level,
        grade_band, date '2026-01-19', date '2026-05-29', true
    from students where moves
    union all
    select student_key, school_key, grade_level, grade_band, date '2026-08-24', date '2027-06-30',
        false
    from students
) as spans;

insert into marts.fct_enrollment_span_year
select spans.student_key, spans.school_key, spans.grade_band, years.school_year, '*', true,
    spans.first_date, spans.first_date, spans.last_date,
    (select count(*) from days
        where days.school_year = years.school_year and calendar_date < spans.first_date),
    (select count(*) from days
        where days.school_year = years.school_year and calendar_date <= spans.last_date)
from marts.fct_enrollment_span as spans
inner join (values (2026), (2027)) as years (school_year)
    on years.school_year = case when spans.first_date < date '2026-07-01' then 2026 else 2027 end;

insert into marts.fct_attendance_event
    (attendance_event_key, student_key, school_key, event_date, school_year, category_code,
    is_absence, is_excused, absent_fraction, is_counted, known_on)
select row_number() over (), spans.student_key, spans.school_key, days.calendar_date,
    days.school_year, 'absent', true, random() < 0.6, case when random() < 0.1 then 0.5 else 1 end,
    true,
    -- the opening load brought last year; of this year one in ten came some days late
    case
        when days.school_year = 2027
            then days.calendar_date + case when random() < 0.1 then 5 else 0 end
    end
from marts.fct_enrollment_span as spans
inner join days
    on days.calendar_date between spans.first_date and spans.last_date
    and days.calendar_date < date :'as_of'
inner join students on students.student_key = spans.student_key
where random() < students.absence_share;

insert into marts.fct_course_mark_history
select students.student_key,
    students.school_key * 100 + (periods.school_year - 2026) * 10 + periods.number,
    course, students.school_key, periods.school_year, periods.begin_date, periods.end_date,
    'letter',
    letters.letter, letters.points, letters.points, 1, 1,
    case when periods.school_year = 2027 then periods.end_date - 3 end, null
from students
cross join periods
cross join generate_series(1, 6) as course
inner join lateral (
    select floor(random() * 10 + students.student_key * 0 + course * 0) as roll
) as dice on true
inner join (values (0, 'F', 0.0), (1, 'D', 1.0), (2, 'C', 2.0), (3, 'C', 2.3), (4, 'B', 3.0),
    (5, 'B', 3.3), (6, 'B', 2.7), (7, 'A', 4.0), (8, 'A', 4.0), (9, 'A', 3.7)
) as letters (roll, letter, points)
    on letters.roll = dice.roll
where periods.end_date < date :'as_of';

insert into marts.fct_grades_by_period
    (student_key, grading_period_key, school_key, school_year, period_end_date, is_latest_closed,
    letter_mark_count, excluded_mark_count, unmapped_mark_count, number_mark_count, f_count,
    df_count, gpa_unweighted)
select student_key, grading_period_key, period_school_key, period_school_year, period_end_date,
    false, count(*), 0, 0, 0, count(*) filter (where letter_family = 'F'),
    count(*) filter (where letter_family in ('D', 'F')), avg(grade_points)
from marts.fct_course_mark_history
group by student_key, grading_period_key, period_school_key, period_school_year, period_end_date;

insert into marts.fct_assessment_result
    (assessment_result_key, standing_result_key, student_key, source, assessment_title, subject, administered_on,
    percentile, growth_percentile, is_valid, is_latest_valid, is_window_score, same_day_number,
    known_on)
select row_number() over (), row_number() over (), students.student_key, 'bench', 'Bench',
    subjects.subject, windows.day, 1 + floor(random() * 99), 1 + floor(random() * 99), random() > 0.03, false, true,
    1,
    case when windows.day > date '2026-07-01' then windows.day + 1 end
from students
cross join (values ('math'), ('reading')) as subjects (subject)
cross join (values
    (date '2025-09-17'), (date '2026-01-21'), (date '2026-05-06'), (date '2026-09-16')
) as windows (day)
where random() > 0.05;

insert into marts.fct_discipline_incident
    (incident_participation_key, student_key, incident_key, incident_id, school_key, incident_date,
    participation, counts_as_referral, known_on)
select row_number() over (), students.student_key, row_number() over (), 'bench',
    students.school_key, days.calendar_date, 'perpetrator', true,
    case when days.school_year = 2027 then days.calendar_date end
from students
inner join days
    on days.day_number = 1 + floor(random() * 180)::integer
where random() < 0.3 and days.calendar_date < date :'as_of';

insert into marts.fct_discipline_action
    (action_key, student_key, school_key, action_date, action_type, is_suspension, known_on)
select incident_participation_key, student_key, school_key, incident_date,
    'out_of_school_suspension', true, known_on
from marts.fct_discipline_incident where random() < 0.12;

insert into marts.fct_section_enrollment
    (section_enrollment_key, student_key, section_key, school_key, is_homeroom, begin_date,
    end_date, is_open_as_of)
select row_number() over (), student_key, school_key * 10 + course, school_key, false, first_date,
    last_date, last_date >= date :'as_of'
from marts.fct_enrollment_span cross join generate_series(1, 6) as course;

insert into marts.fct_program_participation
    (participation_key, student_key, program_type, program_name, begin_date, is_open_as_of)
select row_number() over (), student_key, kind, kind, date '2025-08-25', true
from students
cross join (values
    ('special_education'), ('language_instruction'), ('food_service')
) as kinds (kind)
where random() < 0.2;

insert into marts.dim_student_demographics (student_key, sex_code, is_hispanic_latino, race_codes)
select student_key, case when random() < 0.5 then 'female' else 'male' end, random() < 0.25, 'white'
from students;

analyze;
