namespace Signalbox.Inference.ChatTemplates.Jinja;

internal enum JinjaTokenKind
{
    /// <summary>Text between tags, its whitespace already cut as the tags around it say.</summary>
    Data,
    VariableBegin,
    VariableEnd,
    BlockBegin,
    BlockEnd,
    Name,
    Text,
    Integer,
    Float,
    Operator,
    End,
}

/// <param name="Kind">What it is.</param>
/// <param name="Value">The text; of a string literal, what it stands for.</param>
/// <param name="Line">From 1.</param>
internal readonly record struct JinjaToken(JinjaTokenKind Kind, string Value, int Line)
{
    public bool IsName(string name) => Kind == JinjaTokenKind.Name && Value == name;

    public bool IsOperator(string sign) => Kind == JinjaTokenKind.Operator && Value == sign;
}
