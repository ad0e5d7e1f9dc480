-- A district of :students students as two systems tell it in one year: the first one up to January
-- and on, the second one from August on, for it was given what the first one held. Drawn into the
-- tables that staging would fill: `given.<source>__<entity>`.
do $$
declare
    told text;
begin
    foreach told in array array['first', 'second'] loop
        execute format(
            $sql$
            insert into given.%1$s__students
                (student_key, student_id, first_name, last_name, birth_date)
            select n, n::text, 'First ' || n, 'Last ' || n, date '2010-01-01' + n %% 3000
            from generate_series(1, :students) as n;

            insert into given.%1$s__student_demographics
                (student_key, education_organization_id, sex_code, race_codes)
            select n, '1', 'female', 'white'
            from generate_series(1, :students) as n;

            insert into given.%1$s__student_identifiers
                (student_key, identification_system_code, identification_code)
            select n, system, system || n
            from generate_series(1, :students) as n, unnest(array['state', 'local']) as system;

            insert into given.%1$s__schools (school_key, school_id, school_name)
            select n, n::text, 'School ' || n from generate_series(1, 100) as n;

            insert into given.%1$s__calendar_dates
                (school_key, calendar_code, school_year, calendar_date, calendar_event_code)
            select school, 'A', 2025, day, 'instructional day'
            from generate_series(1, 100) as school,
                generate_series(date '2024-08-15', date '2025-06-05', '1 day') as day
            where extract(isodow from day) < 6;

            -- an open stay in the one, with its last day in the other
            insert into given.%1$s__enrollments
                (enrollment_key, student_key, school_key, student_id, school_id, school_year,
                 grade_level_code, is_primary_school, first_date, last_date)
            select n, n, n %% 100 + 1, n::text, (n %% 100 + 1)::text, 2025, 'ninth grade', true,
                date '2024-08-15', case when %1$L = 'second' then date '2025-06-05' end
            from generate_series(1, :students) as n;

            -- some eleven absences of a student by March, each told by both
            insert into given.%1$s__attendance_events
                (attendance_event_key, student_key, school_key, event_date, category_code)
            select n * 1000 + day, n, n %% 100 + 1, date '2024-08-15' + day * 18 + n %% 18,
                'unexcused absence'
            from generate_series(1, :students) as n, generate_series(0, 10) as day;

            insert into given.%1$s__courses (course_key, course_code, course_title)
            select n, n::text, 'Course ' || n from generate_series(1, 500) as n;

            -- a class of 25, and seven classes of a student
            insert into given.%1$s__sections
                (section_key, school_key, school_year, local_course_key, section_identifier)
            select n, n %% 100 + 1, 2025, n %% 500 + 1, n::text
            from generate_series(1, :students * 7 / 25 + 1) as n;

            insert into given.%1$s__section_enrollments
                (student_key, section_key, school_key, school_year, begin_date, end_date)
            select n, (n * 7 + class) %% (:students * 7 / 25) + 1, n %% 100 + 1, 2025,
                date '2024-08-15' + class, date '2025-06-05'
            from generate_series(1, :students) as n, generate_series(1, 7) as class;

            insert into given.%1$s__grading_periods
                (grading_period_key, school_key, school_year, grading_period_name,
                 grading_period_label, period_sequence, begin_date, end_date)
            select school * 10 + period, school, 2025, 'Q' || period, 'Q' || period, period,
                date '2024-08-15' + (period - 1) * 70, date '2024-08-15' + period * 70 - 1
            from generate_series(1, 100) as school, generate_series(1, 4) as period;

            -- the marks of two periods
            insert into given.%1$s__marks
                (_record_key, student_key, section_key, grading_period_key, period_school_id,
                 period_school_year, local_course_key, grade_type_code, letter_grade)
            select n || '-' || class || '-' || period, n, (n * 7 + class) %% (:students * 7 / 25) + 1,
                (n %% 100 + 1) * 10 + period, (n %% 100 + 1)::text, 2025, class,
                'grading period', 'B'
            from generate_series(1, :students) as n, generate_series(1, 7) as class,
                generate_series(1, 2) as period;

            -- an incident for every second student
            insert into given.%1$s__discipline_incidents (incident_key, incident_date)
            select n, date '2024-08-15' + n %% 200 from generate_series(1, :students / 2) as n;

            insert into given.%1$s__student_incident_behaviors
                (student_key, incident_key, school_key, incident_id)
            select n, n, n %% 100 + 1, n::text from generate_series(1, :students / 2) as n;

            insert into given.%1$s__food_service_participations
                (participation_key, student_key, education_organization_id, program_name,
                 begin_date)
            select n, n, '1', 'lunch', date '2024-08-15'
            from generate_series(1, :students / 2) as n;
            $sql$,
            told
        );
    end loop;
end
$$;
analyze;
