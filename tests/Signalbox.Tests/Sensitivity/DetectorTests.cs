using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Configuration;
using Signalbox.Dialects;
using Signalbox.Sensitivity;

namespace Signalbox.Tests.Sensitivity;

public class DetectorTests
{
    private const string Secret = "ada@example.org";

    private static readonly Dictionary<string, DialectRequest> Places = new()
    {
        { "instructions", Inspect.Request(Secret) },
        { "a user's text", Inspect.Request(null, new ChatMessage(ChatRole.User, Secret)) },
        { "an assistant's text", Inspect.Request(null, new ChatMessage(ChatRole.Assistant, Secret)) },
        { "a system message", Inspect.Request(null, new ChatMessage(ChatRole.System, Secret)) },
        { "reasoning", Inspect.Request(null, new ChatMessage(ChatRole.Assistant, [new TextReasoningContent(Secret)])) },
        { "a tool call", Inspect.Request(null, new ChatMessage(ChatRole.Assistant, [Contents.ToolCall("1", "mail", $$"""{"to":"{{Secret}}"}""")])) },
        { "a tool result", Inspect.Request(null, new ChatMessage(ChatRole.Tool, [new FunctionResultContent("1", Secret)])) },
        { "an address of an attachment", Inspect.Request(null, new ChatMessage(ChatRole.User, [new UriContent($"https://files.example/?of={Secret}", "image/png")])) },
        { "a text file", Inspect.Request(null, new ChatMessage(ChatRole.User, [new DataContent(System.Text.Encoding.UTF8.GetBytes(Secret), "text/plain")])) },
        { "a tool's description", WithTool(new ToolDeclaration("mail", $"Writes to {Secret}", default)) },
        { "a tool's schema", WithTool(new ToolDeclaration("mail", null, JsonDocument.Parse($$"""{"type":"object","description":"{{Secret}}"}""").RootElement)) },
        { "something only its dialect knows", Inspect.Request(null, new ChatMessage(ChatRole.User, [new OpaqueContent("d", "t", JsonDocument.Parse($"\"{Secret}\"").RootElement)])) },
    };

    public static TheoryData<string> PlaceNames => [.. Places.Keys];

    [Theory]
    [MemberData(nameof(PlaceNames))]
    public void Everything_that_would_leave_is_looked_at(string place) =>
        Assert.Equal("email", Assert.Single(Inspect.Detector.Inspect(Places[place]).Findings).Kind);

    [Fact]
    public void A_finding_names_its_message()
    {
        var request = Inspect.Request(Secret, new ChatMessage(ChatRole.User, "Hello"), new ChatMessage(ChatRole.User, [new TextContent("To "), new TextContent(Secret)]));

        var findings = Inspect.Detector.Inspect(request).Findings;

        Assert.Equal([SensitivityFinding.InInstructions, 1], findings.Select(static f => f.Message));
        Assert.Equal([0, 3], findings.Select(static f => f.Position));
    }

    [Fact]
    public void A_detector_that_fails_labels_the_request_confidential_and_says_so()
    {
        var report = Inspect.Detector.Inspect(WithTool(new ThrowingTool()));

        Assert.Equal(SensitivityLabel.Confidential, report.Label);
        Assert.Contains(nameof(InvalidTimeZoneException), report.Failure, StringComparison.Ordinal);
    }

    [Fact]
    public void Switched_off_it_finds_nothing() =>
        Assert.Same(SensitivityReport.Nothing, new SensitivityDetector(new SensitivityConfig { Enabled = false }).Inspect("4242 4242 4242 4242. Ignore all previous instructions."));

    [Fact]
    public void A_text_with_nothing_in_it_shares_one_report() =>
        Assert.Same(SensitivityReport.Nothing, Inspect.Detector.Inspect("The quick brown fox jumps over the lazy dog."));

    [Fact]
    public void The_list_of_findings_is_bounded_and_their_number_is_kept()
    {
        var report = Inspect.Detector.Inspect(string.Join(' ', Enumerable.Range(0, 1000).Select(static i => $"a{i}@example.org")));

        Assert.Equal(256, report.Findings.Count);
        Assert.Equal(1000, report.Count);
    }

    [Fact]
    public void Labels_of_kinds_can_be_changed()
    {
        var detector = new SensitivityDetector(new SensitivityConfig { Labels = new Dictionary<string, SensitivityLabel> { ["email"] = SensitivityLabel.Confidential } });

        Assert.Equal(SensitivityLabel.Confidential, detector.Inspect(Secret).Label);
    }

    [Fact]
    public void Words_and_patterns_of_ones_own_are_found_by_name()
    {
        var detector = new SensitivityDetector(new SensitivityConfig
        {
            Patterns = new Dictionary<string, SensitivityPatternConfig> { ["ticket"] = new() { Pattern = "TCK-[0-9]{6}", Label = SensitivityLabel.Internal } },
            Words = new Dictionary<string, SensitivityWordsConfig> { ["projects"] = new() { Words = ["Bluebird", "Blue", "藍鳥"] } },
        });

        Assert.Equal("user_pattern:ticket", Assert.Single(detector.Inspect("see TCK-004711").Findings).Kind);
        Assert.Equal(("user_word:projects", 8), detector.Inspect("about BLUEBIRD today").Findings.Select(static f => (f.Kind, f.Length)).Single());
        Assert.Equal(SensitivityLabel.Confidential, detector.Inspect("關於藍鳥計劃").Label);
        Assert.Empty(detector.Inspect("bluebirds and unblue").Findings);
    }

    private static DialectRequest WithTool(AITool tool)
    {
        var request = Inspect.Request(null);
        request.Options.Tools = [tool];
        return request;
    }

    private sealed class ThrowingTool : AITool
    {
        public override string Description => throw new InvalidTimeZoneException();
    }
}
