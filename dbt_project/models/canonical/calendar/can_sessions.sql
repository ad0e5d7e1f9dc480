-- One row per session (term) of a school and school year.
with

sessions as (
    {{ union_of_sources('sessions', {
        'session_key': 'bigint',
        'school_key': 'bigint',
        'school_year': 'integer',
        'session_name': 'text',
        'term_code': 'text',
        'begin_date': 'date',
        'end_date': 'date',
        'total_instructional_days': 'integer',
    }) }}
)

select * from sessions
