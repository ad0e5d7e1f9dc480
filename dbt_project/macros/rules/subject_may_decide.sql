{#
    subject_may_decide(result, policy): whether the subject of a result may decide the assessment
    indicator: one that is known, and of a test in another language only where the policy says so.
    `result` has subject and test_language, `policy` has other_language_tests_decide.

        where {{ subject_may_decide('results', 'policy') }}
#}
{% macro subject_may_decide(result, policy) -%}
    {{ result }}.subject not in ('unmapped', 'composite')
        and (
            {{ result }}.test_language is null
            or coalesce({{ policy }}.other_language_tests_decide, false)
        )
{%- endmacro %}
