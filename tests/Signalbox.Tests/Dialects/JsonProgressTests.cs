using Signalbox.Dialects.Json;

namespace Signalbox.Tests.Dialects;

public sealed class JsonProgressTests
{
    [Theory]
    [InlineData("{}", true)]
    [InlineData("{\"a\":{\"b\":[1,2]}}", true)]
    [InlineData("{\"a\":\"}\\\"}\"}", true)]
    [InlineData("{\"a\":\"\\\\\"}", true)]
    [InlineData("{\"a\":\"}", false)]
    [InlineData("{\"a\":{}", false)]
    [InlineData("{\"a\":\"\\\"}", false)]
    [InlineData("", false)]
    [InlineData(" ", false)]
    public void An_object_is_whole_when_its_last_brace_is_closed_however_it_is_split(string text, bool isWhole)
    {
        for (var size = 1; size <= text.Length + 1; size++)
        {
            var progress = new JsonProgress();
            for (var start = 0; start < text.Length; start += size)
            {
                progress.Add(text.AsSpan(start, Math.Min(size, text.Length - start)));
            }

            Assert.Equal(isWhole, progress.IsWhole);
        }
    }
}
