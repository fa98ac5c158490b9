"""Sign-in with an organisation's account (OpenID Connect): the provider says who somebody is, and nothing else."""
