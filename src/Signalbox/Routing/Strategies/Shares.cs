using Signalbox.Routing.Planning;

namespace Signalbox.Routing.Strategies;

/// <summary>
/// Order drawn by weight. With u uniform, the largest ln(u)/w is i's with the chance w(i)/sum, and the order is that of drawing
/// without putting back (Efraimidis and Spirakis 2006). With u hashed from a key and a name it is weighted rendezvous hashing:
/// a model that comes or goes moves only its own share of the keys.
/// </summary>
internal static class Shares
{
    public static double Score(ulong bits, double weight) => Math.Log(StableHash.Uniform(bits)) / weight;

    /// <summary>The weight of a deployment: 1 where no weights are given at all, 0 where only others have one.</summary>
    public static double WeightOf(IReadOnlyDictionary<string, double> weights, Deployment deployment)
    {
        if (weights.Count == 0)
        {
            return 1;
        }

        return weights.TryGetValue(deployment.Id, out var weight) || weights.TryGetValue(deployment.FullName, out weight) ? weight : 0;
    }
}
