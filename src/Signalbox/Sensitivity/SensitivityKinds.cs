namespace Signalbox.Sensitivity;

/// <summary>What the detectors of Signalbox itself find.</summary>
internal enum SensitivityKind
{
    Email,
    Phone,
    Card,
    Iban,
    NationalId,
    Passport,
    DriverLicence,
    IpAddress,
    PrivateIp,
    Address,
    PersonName,
    Credential,
    RandomToken,
    PrivateKey,
    FieldName,
}

/// <summary>The words for kinds of findings, and the label that each has unless the configuration says otherwise.</summary>
internal static class SensitivityKinds
{
    public const string UserWord = "user_word:";
    public const string UserPattern = "user_pattern:";

    private static readonly (string Name, SensitivityLabel Label)[] Table =
    [
        ("email", SensitivityLabel.Internal),
        ("phone", SensitivityLabel.Internal),
        ("card", SensitivityLabel.Confidential),
        ("iban", SensitivityLabel.Confidential),
        ("national_id", SensitivityLabel.Confidential),
        ("passport", SensitivityLabel.Confidential),
        ("driver_licence", SensitivityLabel.Confidential),
        ("ip_address", SensitivityLabel.Internal),
        ("private_ip", SensitivityLabel.Public),
        ("address", SensitivityLabel.Internal),
        ("person_name", SensitivityLabel.Internal),
        ("credential", SensitivityLabel.Confidential),
        ("random_token", SensitivityLabel.Internal),
        ("private_key", SensitivityLabel.Confidential),
        ("field_name", SensitivityLabel.Internal),
    ];

    public static string[] Names { get; } = Array.ConvertAll(Table, static row => row.Name);

    public static string Name(SensitivityKind kind) => Table[(int)kind].Name;

    /// <summary>The label of each kind, by the number of the kind.</summary>
    public static SensitivityLabel[] Labels(IReadOnlyDictionary<string, SensitivityLabel> changed)
    {
        var labels = new SensitivityLabel[Table.Length];
        for (var i = 0; i < labels.Length; i++)
        {
            labels[i] = changed.TryGetValue(Table[i].Name, out var label) ? label : Table[i].Label;
        }

        return labels;
    }
}
