namespace Signalbox.Catalog;

/// <summary>A request's cost in US dollars, by what it was spent on.</summary>
/// <param name="Input">Input that was neither read from nor written to a cache, or minutes of sound.</param>
/// <param name="CacheRead">Input read from the provider's cache.</param>
/// <param name="CacheWrite">Input written to the provider's cache.</param>
/// <param name="Output">Output other than thinking.</param>
/// <param name="Reasoning">Thinking.</param>
public readonly record struct CostParts(decimal Input, decimal CacheRead, decimal CacheWrite, decimal Output, decimal Reasoning)
{
    /// <summary>Everything together.</summary>
    public decimal Total => Input + CacheRead + CacheWrite + Output + Reasoning;
}
