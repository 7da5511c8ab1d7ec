using Signalbox.Configuration;
using Signalbox.Sensitivity;

namespace Signalbox.Benchmarks;

/// <summary>Inspecting ordinary prose, in which nothing is found: what nearly every request pays.</summary>
internal static class InspectPath
{
    private const int Batches = 200;

    private const string Prose = """
        The river rose slowly through the evening and nobody in the town noticed, for the night was warm and the windows were closed. When the
        miller woke before dawn he heard the water in the yard, and he ran down to the lower gate in his shirt. The planks had lifted and were
        turning in the dark like large slow fish. He called his son, who came with a lantern, and together they tied what they could reach. By the
        time the church bell rang six the whole lower street stood under a brown and quiet water, and people carried their chairs to the upper
        floors. A baker gave out bread from his window. Children were told to stay where they were, and of course they did not. Later there was
        much talk about who should have opened the weir, and whether a warning had been sent. The council met twice and wrote a long letter to
        the province. In spring the plank gate was replaced by one of iron, and a mark was cut into the wall of the mill to show how high the
        water had been. It is still there today, and visitors ask.
        """;

    public static IEnumerable<(string Name, long Nanoseconds)> Measure()
    {
        yield return ("1 KB of prose inspected, nanoseconds", MedianTime(Prose, 40));
        yield return ("1 MB of prose inspected, nanoseconds", MedianTime(string.Concat(Enumerable.Repeat(Prose, 1_000_000 / Prose.Length)), 1));
    }

    private static long MedianTime(string text, int batch)
    {
        var detector = new SensitivityDetector(new SensitivityConfig());
        return Timing.Median(text.Length > Prose.Length ? Batches / 10 : Batches, batch, () => detector.Inspect(text));
    }
}
