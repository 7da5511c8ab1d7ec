namespace Signalbox.Routing.Planning;

/// <summary>
/// One way of choosing. Pure: the same input and candidates give the same scores and the same steps, under any host.
/// A strategy holds no state and is shared by all requests.
/// </summary>
internal interface IRoutingStrategy
{
    /// <summary>The word of the configuration and of <c>x-signalbox-strategy</c>.</summary>
    string Name { get; }

    /// <summary>
    /// Whether the order of a task table goes before the score. Strategies that promise a law of their own (the cheapest, equal
    /// turns, exact shares) take from the table only which models may serve.
    /// </summary>
    bool FollowsTaskOrder { get; }

    /// <summary>Scores the candidates that are open (higher is earlier); may put them into bands, or remove more with <see cref="Removal.Strategy"/>.</summary>
    /// <returns>Why, in a sentence for the decision record; a constant where possible.</returns>
    string Score(PlanInput input, Span<Candidate> candidates);

    /// <summary>How the plan is gone through. By default in its order until one answers.</summary>
    RouteWalk Walk(RoutePlan plan) => new OrderedWalk(plan);
}
