namespace Signalbox.Sensitivity.Detectors;

/// <summary>What a word can mean to a detector. A word may have several meanings.</summary>
[Flags]
internal enum WordClass : ulong
{
    None = 0,
    Phone = 1UL << 0,
    Reach = 1UL << 1,
    Card = 1UL << 2,
    Iban = 1UL << 3,
    NationalId = 1UL << 4,
    Passport = 1UL << 5,
    Licence = 1UL << 6,
    StreetBefore = 1UL << 7,
    StreetAfter = 1UL << 8,
    Unit = 1UL << 9,
    Box = 1UL << 10,
    AddressIntro = 1UL << 11,
    Title = 1UL << 12,
    Secret = 1UL << 13,
    WeakSecret = 1UL << 14,
    Personal = 1UL << 15,
    Version = 1UL << 16,
    Ip = 1UL << 17,
    Small = 1UL << 18,
    Name = 1UL << 19,
    NameIntro = 1UL << 20,
    Military = 1UL << 21,
    StreetOther = 1UL << 22,

    Override = 1UL << 32,
    Prior = 1UL << 33,
    Instruction = 1UL << 34,
    Reveal = 1UL << 35,
    Prompt = 1UL << 36,
    RolePlay = 1UL << 37,
    Authority = 1UL << 38,
    Mode = 1UL << 39,
    Encode = 1UL << 40,
    Restriction = 1UL << 41,
    Hypothetical = 1UL << 42,
    Guard = 1UL << 43,
    Machine = 1UL << 44,
    Owner = 1UL << 45,
    Pivot = 1UL << 46,
    Attribute = 1UL << 47,
    State = 1UL << 48,
    Person = 1UL << 49,
    Scope = 1UL << 50,
    Compromised = 1UL << 51,
    Without = 1UL << 52,
    Question = 1UL << 53,
    All = 1UL << 54,
    Discuss = 1UL << 55,
}

/// <summary>A known word in a text.</summary>
internal readonly record struct WordHit(int Start, int End, WordClass Classes);
