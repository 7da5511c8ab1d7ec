using Signalbox.Dialects.Fields;

namespace Signalbox.Tests.Dialects.Fields;

public sealed class FieldLedgerTests
{
    private readonly FieldLedger _ledger = FieldLedger.Load();

    public static TheoryData<string, string, string> Shapes => [.. PublishedSchemas.All.Select(shape => (shape.Dialect, shape.Operation.ToString(), shape.Direction.ToString()))];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Every_published_field_has_a_verdict_for_every_target(string dialect, string operationName, string directionName)
    {
        var (operation, direction) = (Enum.Parse<FieldOperation>(operationName), Enum.Parse<FieldDirection>(directionName));
        var published = PublishedSchemas.Read(dialect, operation, direction);
        Assert.True(published.Count > 4, $"Only {published.Count} published fields were found; the list or the schema document is not read right.");

        var without =
            from field in published
            from target in _ledger.TargetsOf(dialect, operation)
            where _ledger.Find(dialect, direction, field.Path, target, operation) is null
            select $"{field.Path} -> {target}";
        Assert.Empty(without);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Every_row_is_about_a_published_field_and_every_extension_is_not(string dialect, string operationName, string directionName)
    {
        var (operation, direction) = (Enum.Parse<FieldOperation>(operationName), Enum.Parse<FieldDirection>(directionName));
        var published = PublishedSchemas.Read(dialect, operation, direction).Select(field => FieldPath.Parse(field.Path)).ToList();

        var rows = _ledger.RowsOf(dialect, direction, operation);
        Assert.Empty(rows.Where(row => !row.IsExtension && row.Path.Value is null && !published.Any(field => IsAbout(row.Path, field))).Select(row => row.Path.Text));
        Assert.Empty(rows.Where(row => row.IsExtension && published.Any(field => IsAbout(row.Path, field))).Select(row => row.Path.Text));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_row_for_one_value_has_a_row_for_its_field_and_names_a_value_that_the_schema_lists(string dialect, string operationName, string directionName)
    {
        var (operation, direction) = (Enum.Parse<FieldOperation>(operationName), Enum.Parse<FieldDirection>(directionName));
        var published = PublishedSchemas.Read(dialect, operation, direction).ToDictionary(field => field.Path, field => field.Words);
        var rows = _ledger.RowsOf(dialect, direction, operation);
        foreach (var row in rows.Where(row => row.Path.Value is not null))
        {
            var field = row.Path.Text[..row.Path.Text.IndexOf($"={row.Path.Value}", StringComparison.Ordinal)];
            Assert.Contains(rows, other => other.Path.Text.TrimEnd('{', '}') == field);
            var words = published.GetValueOrDefault(field.TrimEnd('[', ']'), PublishedField.AnyWord);
            Assert.True(words.Count == 0 || words.Contains(row.Path.Value!), $"{row.Path.Text}: the schema lists {string.Join(", ", words)}.");
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Whatever_is_not_carried_over_says_why(string dialect, string operationName, string directionName)
    {
        var (operation, direction) = (Enum.Parse<FieldOperation>(operationName), Enum.Parse<FieldDirection>(directionName));
        foreach (var row in _ledger.RowsOf(dialect, direction, operation).Where(row => row.Code.AsSpan().IndexOfAny("eEdDr") >= 0))
        {
            // A narrowed row may lean on the note of its field.
            var isExplained = row.Note.Length > 0 || (row.Path.Value is not null && row.Code.AsSpan().IndexOfAny("eEr") < 0);
            Assert.True(isExplained, $"{dialect} {row.Path.Text}: {row.Code} needs a note.");
            Assert.True(row.Note.Length == 0 || row.Note.EndsWith('.'), $"{dialect} {row.Path.Text}: the note is a sentence.");
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Nothing_is_carried_over_from_a_field_that_is_left_out(string dialect, string operationName, string directionName)
    {
        var (operation, direction) = (Enum.Parse<FieldOperation>(operationName), Enum.Parse<FieldDirection>(directionName));
        var targets = _ledger.TargetsOf(dialect, operation);
        var rows = _ledger.RowsOf(dialect, direction, operation).Where(row => row.Path.Value is null).ToList();
        var contradictions =
            from row in rows
            from below in rows
            where IsBelow(below.Path.Text, row.Path.Text.TrimEnd('{', '}'))
            from target in Enumerable.Range(0, targets.Count)
            where row.Own(target) is { CoversChildren: true } && below.Own(target) is not null
            select $"{below.Path.Text} -> {targets[target]}: {row.Path.Text} is left out whole, so write '-'";
        Assert.Empty(contradictions);
    }

    [Fact]
    public void Every_dialect_has_a_ledger_for_its_requests_and_answers_to_all_the_others()
    {
        foreach (var dialect in FieldLedger.Dialects)
        {
            Assert.Equal(FieldLedger.Dialects.Where(other => other != dialect), _ledger.TargetsOf(dialect, FieldOperation.Chat));
            Assert.NotEmpty(_ledger.RowsOf(dialect, FieldDirection.Request, FieldOperation.Chat));
            Assert.NotEmpty(_ledger.RowsOf(dialect, FieldDirection.Response, FieldOperation.Chat));
        }
    }

    [Fact]
    public void A_field_has_the_verdict_of_the_field_above_it_that_is_left_out()
    {
        Assert.Equal(Verdict.Dropped, _ledger.Of("openai-chat", FieldDirection.Request, "prediction.content[].text", "gemini"));
        Assert.Equal(Verdict.Refused, _ledger.Of("openai-responses", FieldDirection.Request, "conversation.id", "ollama"));
        Assert.Equal(Verdict.Dropped, _ledger.Of("anthropic-messages", FieldDirection.Request, "tools[type=web_search_20260209].max_uses", "openai-chat"));
    }

    [Fact]
    public void A_field_that_no_row_names_has_no_verdict()
    {
        Assert.Null(_ledger.Of("openai-chat", FieldDirection.Request, "tempreature", "gemini"));
        Assert.Null(_ledger.Of("openai-chat", FieldDirection.Request, "messages[].content[type=hologram].data", "gemini"));
        Assert.Null(_ledger.Of("openai-chat", FieldDirection.Request, "input", "anthropic-messages", FieldOperation.Embedding));
    }

    [Fact]
    public void Names_under_user_data_are_nobodys_business()
    {
        Assert.Equal(Verdict.Mapped, _ledger.Of("openai-chat", FieldDirection.Request, "tools[type=function].function.parameters.properties.city", "gemini"));
    }

    private static bool IsBelow(string path, string above) => path.Length > above.Length && path.StartsWith(above, StringComparison.Ordinal) && path[above.Length] is '.' or '[';

    /// <summary>The row's field itself; or, of a row that ends in an item (<c>tools[type=mcp]</c>, <c>include[]</c>), one in or above it.</summary>
    private static bool IsAbout(FieldPath row, FieldPath field) =>
        row.Steps.Zip(field.Steps).All(pair => IsAbout(pair.First, pair.Second))
        && (row.Steps.Count == field.Steps.Count
            || (row.Steps[^1].Kind == FieldStepKind.Item && (row.Steps.Count < field.Steps.Count || row.Steps.Count == field.Steps.Count + 1)));

    private static bool IsAbout(FieldStep row, FieldStep field) =>
        row.Kind == field.Kind
        && (row.Text == field.Text
            || (row.Kind == FieldStepKind.Item && (row.Text.Length == 0 || (row.Text.EndsWith('*') && field.Text.StartsWith(row.Text.TrimEnd('*'), StringComparison.Ordinal)))));
}
