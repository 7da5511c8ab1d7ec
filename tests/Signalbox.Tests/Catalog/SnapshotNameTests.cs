using Signalbox.Catalog;

namespace Signalbox.Tests.Catalog;

public sealed class SnapshotNameTests
{
    [Theory]
    [InlineData("gpt-4o-2024-11-20", "gpt-4o")]
    [InlineData("claude-opus-4-5-20251101", "claude-opus-4-5")]
    [InlineData("claude-opus-4-5@20251101", "claude-opus-4-5")]
    [InlineData("command-r-08-2024", "command-r")]
    [InlineData("mistral-large-2512", "mistral-large")]
    [InlineData("grok-4-0709", "grok-4")]
    [InlineData("gemini-2.0-flash-001", "gemini-2.0-flash")]
    [InlineData("gemini-2.5-pro-preview-06-05", "gemini-2.5-pro-preview")]
    [InlineData("gemini-2.5-pro-preview", "gemini-2.5-pro")]
    [InlineData("ft:gpt-4o:acme::1", "gpt-4o")]
    [InlineData("ft:gpt-4o", "gpt-4o")]
    [InlineData("deepseek/deepseek-r1:free", "deepseek/deepseek-r1")]
    [InlineData("gpt-4o", null)]
    [InlineData("llama3-8b-8192", null)]
    [InlineData("mixtral-8x7b-32768", null)]
    [InlineData("model-2024-13-01", null)]
    [InlineData("model-20241301", null)]
    [InlineData("model-19991231", null)]
    [InlineData("", null)]
    public void The_part_that_names_a_snapshot_comes_off(string name, string? version) => Assert.Equal(version, SnapshotName.Shorten(name));
}
