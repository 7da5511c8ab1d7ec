namespace Signalbox.Inference.ChatTemplates;

/// <summary>What stands before and after a message: <c>{role}</c>, <c>{bos}</c> and <c>{eos}</c> are filled in.</summary>
internal readonly record struct FamilyForm(string Before, string After);

/// <summary>Whose text loses the whitespace around it.</summary>
internal enum FamilyTrim
{
    None,
    Assistant,
    AllButAssistant,
    All,
}

/// <summary>The prompt of a family of models, as far as text messages go.</summary>
/// <param name="Name">How it is called.</param>
/// <param name="User">User messages, and those of roles without a form of their own.</param>
/// <param name="Assistant">Assistant messages.</param>
/// <param name="Generation">Where the answer begins.</param>
internal sealed record ChatFamily(string Name, FamilyForm User, FamilyForm Assistant, string Generation)
{
    /// <summary>Other names of it, as llama.cpp has them; dashes and underscores do not count.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>What a template of this family has in it: all of a row. The families are asked in their order.</summary>
    public IReadOnlyList<string[]> Marks { get; init; } = [];

    /// <summary>The tokens that a vocabulary of this family has; empty where it shows nothing.</summary>
    public IReadOnlyList<string> Tokens { get; init; } = [];

    public FamilyForm System { get; init; } = User;

    /// <summary>Around a system message that goes before the user's text; null where the role has a form of its own.</summary>
    public FamilyForm? FoldedSystem { get; init; }

    /// <summary>Before user messages that are not the first message, where it differs.</summary>
    public string? LaterUser { get; init; }

    /// <summary>Before everything.</summary>
    public string Start { get; init; } = "";

    public FamilyTrim Trims { get; init; }

    /// <summary>Names of roles that are not those of the request.</summary>
    public IReadOnlyDictionary<string, string> RoleNames { get; init; } = new Dictionary<string, string>();

    /// <summary>A family whose messages differ in the role's name alone.</summary>
    public static ChatFamily ByRole(string name, string before, string after, string generation) =>
        new(name, new(before, after), new(before, after), generation);
}
