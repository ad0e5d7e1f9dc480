{#
    behavior_reason(row): which rule of the behavior indicator holds, or its gap. `row` is a relation with
    school_key, window_start_date, the counts of the window (incident_count, unknown_part_count,
    in_school_count, out_of_school_count, expulsion_count, unmapped_count) and the numbers of the
    policy.

        {{ behavior_reason('measured') }} as reason_code
#}
{% macro behavior_reason(row) -%}
    case
        when {{ row }}.school_key is null then 'no_enrollment'
        when {{ row }}.window_start_date is null then 'no_grading_periods'
        when {{ row }}.expulsion_is_red and {{ row }}.expulsion_count > 0 then 'expulsion'
        when {{ row }}.out_of_school_suspension_is_red and {{ row }}.out_of_school_count > 0
            then 'out_of_school_suspension'
        when {{ row }}.in_school_suspension_is_red and {{ row }}.in_school_count > 0
            then 'in_school_suspension'
        when {{ row }}.incident_count >= {{ row }}.incidents_red_count then 'many_incidents'
        when {{ row }}.incident_count >= {{ row }}.incidents_yellow_count then 'several_incidents'
        -- the action may be a suspension: nobody may read this as fine
        when {{ row }}.unmapped_count > 0 then 'unmapped_action'
        -- the student may have done it: with these incidents it could be several
        when {{ row }}.unknown_part_count > 0
            and {{ row }}.incident_count + {{ row }}.unknown_part_count
            >= {{ row }}.incidents_yellow_count
            then 'unmapped_participation'
        when {{ row }}.incident_count + {{ row }}.in_school_count
            + {{ row }}.out_of_school_count + {{ row }}.expulsion_count = 0 then 'no_incidents'
        else 'behavior_fine'
    end
{%- endmacro %}
