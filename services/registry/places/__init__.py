"""Places of the city (kecamatan, kelurahan) and institutions."""
