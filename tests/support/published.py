"""What was published of the county that the demonstration is made after, and several tests hold it to."""

TOP_WARDS = {  # small areas in the top quintile of violence, by ward, as published
    "Bedford": "Bromham and Biddenham 1, Castle 3, Cauldwell 3, De Parys 1, Goldington 1, Harpur 3, "
    "Kempston Central and East 1, Kempston West 1, Kingsbrook 3, Queens Park 1, Sharnbrook/Riseley 1, "
    "Wilshamstead 1, Wootton 1",
    "Central Bedfordshire": "Biggleswade North 2, Dunstable-Icknield 2, Dunstable-Manshead 1, "
    "Dunstable-Northfields 2, Houghton Hall 5, Leighton Buzzard North 2, Leighton Buzzard South 1, Sandy 2, "
    "Tithe Farm 1",
    "Luton": "Biscot 5, Challney 2, Crawley 1, Dallow 5, Farley 4, High Town 4, Leagrave 1, Lewsey 2, "
    "Limbury 1, Northwell 2, Saints 2, South 5, Stopsley 1, Sundon Park 1, Wigmore 1",
}
