{#
    edfi_grading_period_name(reference): the name that identifies a grading period within its school
    and year. Data standard 5 and later name the period; before, its descriptor and sequence do, so
    both give one text: `First Six Weeks` or `first six weeks#1`.

        {{ edfi_grading_period_name('gradingPeriodReference') }} as grading_period_name
#}
{% macro edfi_grading_period_name(reference) -%}
    {%- if not reference or reference is not string -%}
        {{ exceptions.raise_compiler_error(
            "edfi_grading_period_name: `reference` must be the name of the reference object, got " ~ reference
        ) }}
    {%- endif -%}
    coalesce(
            {{ json_text('payload', [reference, 'gradingPeriodName']) }},
            {{ descriptor_code(json_text('payload', [reference, 'gradingPeriodDescriptor'])) }}
            || '#' || {{ json_text('payload', [reference, 'periodSequence']) }}
        )
{%- endmacro %}
