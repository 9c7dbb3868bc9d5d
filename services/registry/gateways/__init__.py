"""Reader gateways: enrolment, approval, suspension, revocation."""
