-- One row per result and student id that its source offers. The system of record names the
-- student itself (`needs_second_attribute` false); every other source may use another
-- numbering.
with

unioned as (
    {{ told_by_sources('assessment_student_ids', {
        'source': 'text',
        'result_id': 'text',
        'source_instance': 'text',
        'id_column': 'text',
        'id_value': 'text',
        'birth_date': 'date',
        'first_name': 'text',
        'last_name': 'text',
        'needs_second_attribute': 'boolean',
    }) }}
),

keyed as (
    select
        {{ surrogate_key(['unioned.source', 'unioned.result_id']) }} as assessment_result_key,
        unioned.source,
        unioned.source_system,
        unioned.source_instance,
        unioned.id_column,
        unioned.id_value,
        unioned.birth_date,
        unioned.first_name,
        unioned.last_name,
        unioned.needs_second_attribute
    from unioned
)

select * from keyed
