namespace Signalbox.Routing.Planning;

/// <summary>Hashes and chance that are the same in every process and version, so that whoever is in an experiment stays where he is.</summary>
internal static class StableHash
{
    private const ulong Basis = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    /// <summary>FNV-1a over the UTF-16 code units, finished by <see cref="Mix"/> because FNV alone leaves the high bits alike.</summary>
    public static ulong Of(string text) => Mix(Continue(Basis, text));

    /// <summary>The hash of two texts; where one ends and the other begins counts.</summary>
    public static ulong Of(string one, string other) => Mix(Continue((Continue(Basis, one) ^ '\0') * Prime, other));

    /// <summary>The finisher of SplitMix64: every bit of the input changes every bit of the output with a chance of one half.</summary>
    public static ulong Mix(ulong bits)
    {
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
        return bits ^ (bits >> 31);
    }

    /// <summary>A number of a stream of independent ones that one draw stands for.</summary>
    public static ulong Stream(ulong draw, int index) => Mix(draw + (((ulong)index + 1) * 0x9E3779B97F4A7C15));

    /// <summary>The bits as a number between 0 and 1, never either.</summary>
    public static double Uniform(ulong bits) => ((bits >> 11) + 0.5) * (1.0 / (1UL << 53));

    private static ulong Continue(ulong hash, string text)
    {
        foreach (var unit in text)
        {
            hash = (hash ^ unit) * Prime;
        }

        return hash;
    }
}
