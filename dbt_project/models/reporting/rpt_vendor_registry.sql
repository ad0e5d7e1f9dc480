-- One row per recipient in this district's registry: what may be sent there, and until when.
with

registry as (
    {{ district_rows(ref('vendor_registry'), ['recipient']) }}
),

shown as (
    select
        registry.recipient,
        registry.vendor,
        registry.recipient_kind,
        registry.dpa_signed,
        registry.dpa_date,
        registry.dpa_expiry,
        registry.soc2_verified,
        registry.soc2_expiry,
        registry.ferpa_attestation,
        registry.coppa_compliant,
        registry.data_deletion_policy,
        registry.state_privacy_compliant,
        registry.legal_basis,
        registry.purposes,
        registry.data_elements,
        registry.endpoints,
        registry.notes
    from registry
)

select * from shown
